import { assert } from '../../../core/assert.ts';
import type { Arena } from '../../../core/arena/arena.ts';

/** A page: 16 KiB. */
const pageUnits = 2048;

/** An array that grows and shrinks at its end by pages, so that growing never copies what is there. */
export class Pages {
  readonly #arena: Arena;
  #blocks = new Int32Array(4);
  #count = 0;

  constructor(arena: Arena) {
    this.#arena = arena;
  }

  /** How many pages there are. */
  get count(): number {
    return this.#count;
  }

  /** The block of a page. Requires: page < count. */
  block(page: number): number {
    return this.#blocks[page] ?? 0;
  }

  /** Adds a page, its content of no meaning. */
  add(): void {
    if (this.#count === this.#blocks.length) {
      const grown = new Int32Array(this.#count * 2);
      grown.set(this.#blocks);
      this.#blocks = grown;
    }
    this.#blocks[this.#count] = this.#arena.allocate(pageUnits);
    this.#count += 1;
  }

  /** Gives the last page back. */
  removeLast(): void {
    assert(this.#count > 0, 'there is a page to remove');
    this.#count -= 1;
    this.#arena.free(this.block(this.#count));
  }

  /** Forgets all pages. The arena is cleared by its owner. */
  clear(): void {
    this.#blocks = new Int32Array(4);
    this.#count = 0;
  }
}
