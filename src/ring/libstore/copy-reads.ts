import type { Clock } from '../../core/clock.ts';
import type { AtollError } from '../../core/errors.ts';
import type { Copy, LeaseCache } from './lease-cache.ts';
import type {
  LibstoreCallOptions,
  ListOptions,
  ReadLists,
  ReadValues,
  ReadyReads,
} from './libstore.ts';
import type { Question } from './operation.ts';
import { asFault, get as getValue, getList, isNewest } from './questions.ts';

export interface CopyReadsOptions {
  readonly cache: LeaseCache;
  readonly outside: { readonly clock: Clock };
  /** What no copy answers. */
  readonly ask: <Result>(
    key: string,
    describe: (isLeased: boolean) => Question<Result>,
    options: LibstoreCallOptions | undefined,
  ) => Promise<Result>;
}

/**
 * Reads that copies answer where there are any. What is there at once is not waited for: a promise for each of a hundred keys would
 * cost more than all else.
 *
 * The clock is looked at in the step that hands a copy over: `docs/design/leases.md`, "The client".
 */
export class CopyReads implements ReadyReads {
  /** Reads that were answered from a copy. */
  hits = 0;
  readonly #options: CopyReadsOptions;
  /** The copies that were found when the same keys were asked for before. */
  readonly #found: WeakMap<readonly string[], (Copy | undefined)[]> = new WeakMap();

  constructor(options: CopyReadsOptions) {
    this.#options = options;
  }

  get(
    key: string,
    options?: LibstoreCallOptions,
  ): string | undefined | Promise<string | undefined> {
    const { cache, outside } = this.#options;
    const copy = cache.value(key, outside.clock.monotonicMs());
    return copy === undefined ? this.#askValue(key, options) : this.#value(copy);
  }

  getList(
    key: string,
    options?: ListOptions,
  ): readonly string[] | undefined | Promise<readonly string[] | undefined> {
    const newest = options?.newest ?? Infinity;
    const copy = this.#listCopy(key, newest, this.#options.outside.clock.monotonicMs());
    return copy === undefined ? this.#askList(key, newest, options) : this.#items(copy, newest);
  }

  getMany(
    keys: readonly string[],
    options?: LibstoreCallOptions,
  ): ReadValues | Promise<ReadValues> {
    const { cache, outside } = this.#options;
    const nowMs = outside.clock.monotonicMs();
    return gather(keys, (key) => {
      const copy = cache.value(key, nowMs);
      return copy === undefined ? this.#askValue(key, options) : this.#value(copy);
    });
  }

  getLists(keys: readonly string[], options?: ListOptions): ReadLists | Promise<ReadLists> {
    const nowMs = this.#options.outside.clock.monotonicMs();
    const newest = options?.newest ?? Infinity;
    const found = this.#foundFor(keys);
    return gather(keys, (key, place) => {
      const copy = this.#listCopy(key, newest, nowMs, found?.[place]);
      if (copy === undefined) return this.#askList(key, newest, options);
      if (found !== undefined) found[place] = copy;
      return this.#items(copy, newest);
    });
  }

  /** What a copy has of a value, or of the newest items. Requires: it may be used now. */
  take(copy: Copy, newest: number | undefined): string | readonly string[] | undefined {
    return newest === undefined ? this.#value(copy) : this.#items(copy, newest);
  }

  #askValue(key: string, options: LibstoreCallOptions | undefined): Promise<string | undefined> {
    return this.#options.ask(key, (isLeased) => getValue(key, isLeased), options);
  }

  #askList(
    key: string,
    newest: number,
    options: LibstoreCallOptions | undefined,
  ): Promise<readonly string[] | undefined> {
    return this.#options.ask(key, (isLeased) => getList(key, newest, isLeased), options);
  }

  #value(copy: Copy): string | undefined {
    this.hits += 1;
    return copy.content as string | undefined;
  }

  /** The same array as long as the copy is the same, unless it has too many. */
  #items(copy: Copy, newest: number): readonly string[] | undefined {
    this.hits += 1;
    const items = copy.content as readonly string[] | undefined;
    if (items === undefined || items.length <= newest) return items;
    return items.slice(items.length - newest);
  }

  /** A number of items that makes no sense is refused where it is asked for. */
  #listCopy(key: string, newest: number, nowMs: number, before?: Copy): Copy | undefined {
    return isNewest(newest) ? this.#options.cache.list(key, newest, nowMs, before) : undefined;
  }

  /** Undefined: whoever asks may change the keys. */
  #foundFor(keys: readonly string[]): (Copy | undefined)[] | undefined {
    if (!Object.isFrozen(keys)) return undefined;
    let found = this.#found.get(keys);
    if (found === undefined) {
      found = keys.map(() => undefined);
      this.#found.set(keys, found);
    }
    return found;
  }
}

type Read<Result> = Result | undefined | AtollError;

function gather<Result>(
  keys: readonly string[],
  read: (key: string, place: number) => Result | Promise<Result>,
): readonly Read<Result>[] | Promise<readonly Read<Result>[]> {
  const results: Read<Result>[] = [];
  let asked: Promise<void>[] | undefined;
  for (const key of keys) {
    const place = results.length;
    const result = read(key, place);
    if (!(result instanceof Promise)) {
      results.push(result);
      continue;
    }
    results.push(undefined);
    const answered = result.catch(asFault).then((value) => {
      results[place] = value;
    });
    asked ??= [];
    asked.push(answered);
  }
  return asked === undefined ? results : Promise.all(asked).then(() => results);
}
