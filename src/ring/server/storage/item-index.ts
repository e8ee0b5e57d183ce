import type { Arena } from '../../../core/arena/arena.ts';
import { HashIndex, type EntryMatcher } from '../../../core/arena/hash-index.ts';
import type { Entries } from './entries.ts';
import { Places } from './places.ts';

/**
 * Which segment has an item, for all long lists of a table together: an index for each list would be small and half empty,
 * and to let go of a table of its own for each would be one more thing to do for the collector.
 *
 * A segment has a number that stays although its block does not: a block is moved for each half of it that it grows, the
 * hundred pairs of its items are not.
 */
export class ItemIndex implements EntryMatcher {
  readonly #entries: Entries;
  readonly #index: HashIndex;
  /** Where the segments lie, and whose they are. A place from 0; the number of a segment is one more. */
  readonly #segments: Places<object> = new Places();
  /** Whose segment is looked for. */
  #asked: object | undefined;

  constructor(arena: Arena, entries: Entries) {
    this.#entries = entries;
    this.#index = new HashIndex(arena, this);
  }

  /** A number for a segment in this block. */
  take(block: number, owner: object): number {
    return this.#segments.take(block, owner) + 1;
  }

  release(segment: number): void {
    this.#segments.release(segment - 1);
  }

  block(segment: number): number {
    return this.#segments.block(segment - 1);
  }

  move(segment: number, block: number): void {
    this.#segments.move(segment - 1, block);
  }

  /** The segment of `owner` that has the item `bytes[start … end)`; 0: none. */
  find(owner: object, hash: number, bytes: DataView, start: number, end: number): number {
    this.#asked = owner;
    const segment = this.#index.find(hash, bytes, start, end);
    this.#asked = undefined;
    return segment;
  }

  /** Whose segment it is matters: by chance another list has the hash, and it may have the item too. */
  has(segment: number, hash: number, bytes: DataView, start: number, end: number): boolean {
    if (this.#segments.outside(segment - 1) !== this.#asked) return false;
    return this.#entries.find(this.block(segment), hash, bytes, start, end) >= 0;
  }

  add(hash: number, segment: number): void {
    this.#index.add(hash, segment);
  }

  /** An item has come from one segment to another. */
  replace(hash: number, from: number, to: number): void {
    this.#index.replace(hash, from, to);
  }

  remove(hash: number, segment: number): void {
    this.#index.remove(hash, segment);
  }

  /** Calls back for each block that it has, and each item with its segment. For tests. */
  audit(onBlock: (block: number) => void, onItem: (hash: number, segment: number) => void): void {
    this.#index.audit(onBlock, onItem);
  }
}
