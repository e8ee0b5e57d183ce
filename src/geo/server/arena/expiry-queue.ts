import { assert } from '../../../core/assert.ts';
import type { Arena } from '../../../core/arena/arena.ts';
import { expiryOrAfterInt } from './entry-layout.ts';
import { Pages } from './pages.ts';
import { chunkMask } from '../../../core/arena/units.ts';

/** A cell has 16 bytes: when the entry ends, and which it is. */
const pageShift = 10;
const pageMask = 2 ** pageShift - 1;

/**
 * Which entry ends first: a binary heap in pages. An entry's header says where it stands, so that it can
 * be moved or taken out at once: a heap that skips stale items instead would grow without a bound when one key
 * is refreshed all the time, as presence is.
 *
 * When an entry ends stands in the heap only: what never ends does not pay for it.
 */
export class ExpiryQueue {
  readonly #arena: Arena;
  readonly #pages: Pages;
  #size = 0;

  constructor(arena: Arena) {
    this.#arena = arena;
    this.#pages = new Pages(arena);
  }

  get size(): number {
    return this.#size;
  }

  /** The entry that ends first; −1: none does. */
  get first(): number {
    return this.#size === 0 ? -1 : this.#entry(0);
  }

  /** When `entry` ends, in wall milliseconds; 0: never. Requires: live. */
  expiryMs(entry: number): number {
    const position = this.#position(entry);
    return position < 0 ? 0 : this.#ms(position);
  }

  /** Sets when `entry` ends; 0 takes it out. Called also when it has moved: its old block is still named here. */
  set(entry: number, expiryMs: number): void {
    assert(expiryMs >= 0, 'nothing ends before 1970');
    const position = this.#position(entry);
    if (position < 0) {
      if (expiryMs !== 0) this.#add(entry, expiryMs);
    } else if (expiryMs === 0) {
      this.#remove(entry, position);
    } else {
      this.#settle(position, entry, expiryMs);
    }
  }

  /** Forgets everything. The arena is cleared by its owner. */
  clear(): void {
    this.#pages.clear();
    this.#size = 0;
  }

  /** Checks everything that must hold; calls back for each page and each entry. For tests. */
  audit(onPage: (block: number) => void, onEntry: (entry: number) => void): void {
    for (let page = 0; page < this.#pages.count; page += 1) onPage(this.#pages.block(page));
    for (let position = 0; position < this.#size; position += 1) {
      const entry = this.#entry(position);
      assert(this.#position(entry) === position, 'an entry knows where it stands in the queue');
      const parent = (position - 1) >> 1;
      const isOrdered = position === 0 || this.#ms(parent) <= this.#ms(position);
      assert(isOrdered, 'nobody ends before who stands above');
      onEntry(entry);
    }
  }

  #add(entry: number, expiryMs: number): void {
    const position = this.#size;
    if (position >>> pageShift === this.#pages.count) this.#pages.add();
    this.#size += 1;
    this.#rise(position, entry, expiryMs);
  }

  #remove(entry: number, position: number): void {
    this.#setPosition(entry, -1);
    this.#size -= 1;
    if (position !== this.#size) {
      this.#settle(position, this.#entry(this.#size), this.#ms(this.#size));
    }
    // One page more than needed may stay.
    const pages = (this.#size >>> pageShift) + 2;
    if (this.#pages.count > pages) this.#pages.removeLast();
  }

  #settle(position: number, entry: number, expiryMs: number): void {
    const parent = (position - 1) >> 1;
    if (position > 0 && expiryMs < this.#ms(parent)) this.#rise(position, entry, expiryMs);
    else this.#sink(position, entry, expiryMs);
  }

  #rise(from: number, entry: number, expiryMs: number): void {
    let position = from;
    while (position > 0) {
      const parent = (position - 1) >> 1;
      const parentMs = this.#ms(parent);
      if (parentMs <= expiryMs) break;
      this.#place(position, this.#entry(parent), parentMs);
      position = parent;
    }
    this.#place(position, entry, expiryMs);
  }

  #sink(from: number, entry: number, expiryMs: number): void {
    let position = from;
    for (;;) {
      let child = position * 2 + 1;
      if (child >= this.#size) break;
      if (child + 1 < this.#size && this.#ms(child + 1) < this.#ms(child)) child += 1;
      const childMs = this.#ms(child);
      if (childMs >= expiryMs) break;
      this.#place(position, this.#entry(child), childMs);
      position = child;
    }
    this.#place(position, entry, expiryMs);
  }

  #ms(position: number): number {
    const page = this.#pages.block(position >>> pageShift);
    const { floats } = this.#arena.chunk(page);
    return floats[(page & chunkMask) + ((position & pageMask) << 1)] ?? 0;
  }

  #entry(position: number): number {
    const page = this.#pages.block(position >>> pageShift);
    const { ints } = this.#arena.chunk(page);
    return ints[((page & chunkMask) << 1) + ((position & pageMask) << 2) + 2] ?? 0;
  }

  #place(position: number, entry: number, expiryMs: number): void {
    const page = this.#pages.block(position >>> pageShift);
    const { floats, ints } = this.#arena.chunk(page);
    const at = (page & chunkMask) + ((position & pageMask) << 1);
    floats[at] = expiryMs;
    ints[(at << 1) + 2] = entry;
    this.#setPosition(entry, position);
  }

  /** Below 0: it is not in the queue. */
  #position(entry: number): number {
    const { ints } = this.#arena.chunk(entry);
    return (ints[((entry & chunkMask) << 1) + expiryOrAfterInt] ?? 0) - 1;
  }

  #setPosition(entry: number, position: number): void {
    this.#arena.chunk(entry).ints[((entry & chunkMask) << 1) + expiryOrAfterInt] = position + 1;
  }
}
