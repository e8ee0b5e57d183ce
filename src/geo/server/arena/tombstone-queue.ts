import { assert } from '../../../core/assert.ts';
import type { Arena } from '../../../core/arena/arena.ts';
import { expiryOrAfterInt, lengthOrBeforeInt } from './entry-layout.ts';
import { chunkMask } from '../../../core/arena/units.ts';

/**
 * Tombstones in the order in which they were buried: a list through their headers, because any of them may
 * come back to life and leave it.
 */
export class TombstoneQueue {
  readonly #arena: Arena;
  #first = 0;
  #last = 0;
  #size = 0;

  constructor(arena: Arena) {
    this.#arena = arena;
  }

  get size(): number {
    return this.#size;
  }

  /** The one buried first; 0: there is none. */
  get first(): number {
    return this.#first;
  }

  add(tombstone: number): void {
    this.#set(tombstone, lengthOrBeforeInt, this.#last);
    this.#set(tombstone, expiryOrAfterInt, 0);
    if (this.#last === 0) this.#first = tombstone;
    else this.#set(this.#last, expiryOrAfterInt, tombstone);
    this.#last = tombstone;
    this.#size += 1;
  }

  /** Requires: it is in the queue. */
  remove(tombstone: number): void {
    const before = this.#get(tombstone, lengthOrBeforeInt);
    const after = this.#get(tombstone, expiryOrAfterInt);
    if (before === 0) this.#first = after;
    else this.#set(before, expiryOrAfterInt, after);
    if (after === 0) this.#last = before;
    else this.#set(after, lengthOrBeforeInt, before);
    this.#size -= 1;
  }

  clear(): void {
    this.#first = 0;
    this.#last = 0;
    this.#size = 0;
  }

  /** Checks everything that must hold; calls back for each tombstone in turn. For tests. */
  audit(onTombstone: (tombstone: number) => void): void {
    let count = 0;
    let before = 0;
    for (let at = this.#first; at !== 0; at = this.#get(at, expiryOrAfterInt)) {
      assert(this.#get(at, lengthOrBeforeInt) === before, 'who comes next knows who was before');
      count += 1;
      assert(count <= this.#size, 'no tombstone is met twice');
      onTombstone(at);
      before = at;
    }
    assert(
      before === this.#last && count === this.#size,
      'the queue ends where and when it should',
    );
  }

  #get(tombstone: number, int: number): number {
    return this.#arena.chunk(tombstone).ints[((tombstone & chunkMask) << 1) + int] ?? 0;
  }

  #set(tombstone: number, int: number, value: number): void {
    this.#arena.chunk(tombstone).ints[((tombstone & chunkMask) << 1) + int] = value;
  }
}
