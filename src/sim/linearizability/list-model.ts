import { hashText } from '../sim-random.ts';
import {
  checkLinearizable,
  type Model,
  type SearchOptions,
  type TimedCall,
  type Verdict,
} from './linearizability.ts';

/** What clients do with a list, and what they were told. */
export type ListCall =
  /** `done`: the item was not there. */
  | { readonly kind: 'append'; readonly item: string; readonly done: boolean }
  /** `done`: the item was there. */
  | { readonly kind: 'remove'; readonly item: string; readonly done: boolean }
  /** `found`: there was one. */
  | { readonly kind: 'delete'; readonly found: boolean }
  /** The newest `newest` items, in the order of appending; undefined: all. No items: there was no list. */
  | {
      readonly kind: 'read';
      readonly newest: number | undefined;
      readonly items: readonly string[] | undefined;
    };

/** Whether the calls of one list can have happened one after the other. */
export function checkList(
  calls: readonly TimedCall<ListCall>[],
  options: SearchOptions = {},
): Verdict<ListCall> {
  const decisive = decisiveCalls(calls);
  return checkLinearizable(new ListModel(decisive), decisive, options);
}

/** The calls that decide anything: an append that nobody answered, of an item that nobody was told of, is none. */
function decisiveCalls(calls: readonly TimedCall<ListCall>[]): TimedCall<ListCall>[] {
  const told = new Set<string>();
  let isPresenceTold = false;
  for (const { call, end } of calls) {
    if (end === Infinity) continue;
    if (call.kind === 'append' || call.kind === 'remove') told.add(call.item);
    else if (call.kind === 'read') for (const item of call.items ?? []) told.add(item);
    else isPresenceTold = true;
  }
  return calls.filter(({ call, end }) => {
    if (end < Infinity) return true;
    if (call.kind === 'read') return false;
    return isPresenceTold || call.kind === 'delete' || told.has(call.item);
  });
}

/** What the calls tell of an item beforehand. */
interface Foreknown {
  /** How many calls append it: what is appended once never comes back. */
  appends: number;
  /** How often it is still to be read. */
  readings: number;
  /** Items that somebody read right before it. */
  readonly after: Set<string>;
  /** It was appended. */
  hasBeen: boolean;
}

/**
 * A list without duplicates, in the order of appending. An empty list is no list.
 *
 * It knows which readings are to come: of two items that were appended once the one that was read first was appended
 * first, and what is to be read cannot go yet. So most wrong guesses end at once.
 */
export class ListModel implements Model<ListCall> {
  #items: string[] = [];
  /**
   * Two sums over all pairs of neighbours, the ends included. As no item is there twice, the pairs are the list; so a
   * step costs no more than what it changes, however long the list is.
   */
  #sumA = 0;
  #sumB = 0;
  readonly #known: Map<string, Foreknown> = new Map();

  constructor(calls: readonly TimedCall<ListCall>[] = []) {
    for (const { call, end } of calls) {
      if (call.kind === 'append') this.#of(call.item).appends += 1;
      if (call.kind === 'read' && end < Infinity) this.#foresee(call.items ?? []);
    }
  }

  get state(): string {
    return `${this.#items.length} ${this.#sumA} ${this.#sumB}`;
  }

  apply(call: ListCall, isAnswered: boolean): (() => void) | undefined {
    switch (call.kind) {
      case 'append':
        return this.#append(call.item, isAnswered ? call.done : undefined);
      case 'remove':
        return this.#remove(call.item, isAnswered ? call.done : undefined);
      case 'delete':
        return this.#delete(isAnswered ? call.found : undefined);
      case 'read':
        return this.#shows(call.items, call.newest) ? this.#read(call.items ?? []) : undefined;
    }
  }

  isNeutral(call: ListCall): boolean {
    if (call.kind === 'delete') return !call.found;
    return call.kind === 'read' || !call.done;
  }

  nameOf(call: ListCall): string {
    return 'item' in call ? `${call.kind} ${call.item}` : call.kind;
  }

  #append(item: string, done: boolean | undefined): (() => void) | undefined {
    const isThere = this.#items.includes(item);
    if (done === isThere) return undefined;
    if (isThere) return nothing;
    const known = this.#of(item);
    if (known.appends === 1 && this.#isTooEarly(known)) return undefined;
    const { hasBeen } = known;
    known.hasBeen = true;
    this.#insert(this.#items.length, item);
    return () => {
      known.hasBeen = hasBeen;
      this.#cut(this.#items.length - 1);
    };
  }

  #remove(item: string, done: boolean | undefined): (() => void) | undefined {
    const at = this.#items.lastIndexOf(item);
    if (done === at < 0) return undefined;
    if (at < 0) return nothing;
    if (this.#isToBeRead(item)) return undefined;
    this.#cut(at);
    return () => this.#insert(at, item);
  }

  #delete(found: boolean | undefined): (() => void) | undefined {
    const items = this.#items;
    if (found !== undefined && found !== items.length > 0) return undefined;
    if (items.some((item) => this.#isToBeRead(item))) return undefined;
    const [sumA, sumB] = [this.#sumA, this.#sumB];
    [this.#items, this.#sumA, this.#sumB] = [[], 0, 0];
    return () => void ([this.#items, this.#sumA, this.#sumB] = [items, sumA, sumB]);
  }

  #shows(items: readonly string[] | undefined, newest = Infinity): boolean {
    if (items === undefined) return this.#items.length === 0;
    const count = Math.min(this.#items.length, newest);
    if (items.length !== count || this.#items.length === 0) return false;
    const skipped = this.#items.length - count;
    return items.every((item, index) => item === this.#items[skipped + index]);
  }

  #read(items: readonly string[]): () => void {
    for (const item of items) this.#of(item).readings -= 1;
    return () => {
      for (const item of items) this.#of(item).readings += 1;
    };
  }

  #foresee(items: readonly string[]): void {
    items.forEach((item, index) => {
      const known = this.#of(item);
      known.readings += 1;
      const before = items[index - 1];
      if (before !== undefined) known.after.add(before);
    });
  }

  #isTooEarly({ after }: Foreknown): boolean {
    for (const item of after) {
      const { appends, hasBeen } = this.#of(item);
      if (appends === 1 && !hasBeen) return true;
    }
    return false;
  }

  #isToBeRead(item: string): boolean {
    const { appends, readings } = this.#of(item);
    return appends === 1 && readings > 0;
  }

  #of(item: string): Foreknown {
    let known = this.#known.get(item);
    if (known === undefined) {
      known = { appends: 0, readings: 0, after: new Set(), hasBeen: false };
      this.#known.set(item, known);
    }
    return known;
  }

  #insert(at: number, item: string): void {
    this.#addPair(at - 1, at, -1);
    this.#items.splice(at, 0, item);
    this.#addPair(at - 1, at, 1);
    this.#addPair(at, at + 1, 1);
  }

  #cut(at: number): void {
    this.#addPair(at - 1, at, -1);
    this.#addPair(at, at + 1, -1);
    this.#items.splice(at, 1);
    this.#addPair(at - 1, at, 1);
  }

  /** Adds the pair of neighbours to the sums, or takes it away. Two ends are no pair. */
  #addPair(at: number, next: number, sign: 1 | -1): void {
    const pair = `${this.#items[at] ?? ''}\n${this.#items[next] ?? ''}`;
    if (pair === '\n') return;
    const hash = hashText(pair);
    this.#sumA = (this.#sumA + sign * scatter(hash, 0x21f0aaad)) | 0;
    this.#sumB = (this.#sumB + sign * scatter(hash, 0x735a2d97)) | 0;
  }
}

/** Hashes of texts that are alike are alike; sums of such would be equal too often. */
function scatter(hash: number, by: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), by);
  mixed = Math.imul(mixed ^ (mixed >>> 15), by);
  return mixed ^ (mixed >>> 15);
}

const nothing = (): void => {};
