import { assert } from '../../../core/assert.ts';
import { randomBelow, type Random } from '../../../core/random.ts';
import type { Arena } from '../../../core/arena/arena.ts';
import { Pages } from './pages.ts';
import { chunkMask } from '../../../core/arena/units.ts';

const pageShift = 12;
const pageMask = 2 ** pageShift - 1;
/** Draws that may hit places without what is wanted before `draw` walks to the next one with it. */
const drawsMax = 64;

/**
 * A number for each entry that stays the same for as long as the entry exists, while its block moves.
 *
 * What holds entries for long and does not sit in their headers (the order of the keys, cursors of scans) holds places,
 * and has nothing to do when a value outgrows its block.
 */
export class Places {
  readonly #arena: Arena;
  readonly #pages: Pages;
  /** The place that was given back last; −1: none. A free place holds −2 − the one given back before. */
  #firstFree = -1;
  #length = 0;

  constructor(arena: Arena) {
    this.#arena = arena;
    this.#pages = new Pages(arena);
  }

  /** Every place is below this. */
  get length(): number {
    return this.#length;
  }

  /** The entry at a place; below 0: there is none. Requires: place < length. */
  entry(place: number): number {
    const page = this.#pages.block(place >>> pageShift);
    return this.#arena.chunk(page).ints[((page & chunkMask) << 1) + (place & pageMask)] ?? -1;
  }

  /** The entry at a place has another block now. */
  set(place: number, entry: number): void {
    const page = this.#pages.block(place >>> pageShift);
    this.#arena.chunk(page).ints[((page & chunkMask) << 1) + (place & pageMask)] = entry;
  }

  /** A place for a new entry. */
  take(entry: number): number {
    const free = this.#firstFree;
    if (free >= 0) {
      this.#firstFree = -2 - this.entry(free);
      this.set(free, entry);
      return free;
    }
    const place = this.#length;
    if (place >>> pageShift === this.#pages.count) this.#pages.add();
    this.#length += 1;
    this.set(place, entry);
    return place;
  }

  /** The entry at this place is no more. */
  give(place: number): void {
    assert(this.entry(place) > 0, 'a place is given back once');
    this.set(place, -2 - this.#firstFree);
    this.#firstFree = place;
  }

  /**
   * An entry that is wanted, each as likely as any other as long as not most places have none. Requires:
   * there is one.
   */
  draw(random: Random, isWanted: (entry: number) => boolean): number {
    for (let count = 0; count < drawsMax; count += 1) {
      const entry = this.entry(randomBelow(random, this.#length));
      if (entry > 0 && isWanted(entry)) return entry;
    }
    for (let place = randomBelow(random, this.#length); ; place = (place + 1) % this.#length) {
      const entry = this.entry(place);
      if (entry > 0 && isWanted(entry)) return entry;
    }
  }

  /** Forgets everything. The arena is cleared by its owner. */
  clear(): void {
    this.#pages.clear();
    this.#firstFree = -1;
    this.#length = 0;
  }

  /** Checks everything that must hold; calls back for each page and each place with an entry. For tests. */
  audit(onPage: (block: number) => void, onEntry: (place: number, entry: number) => void): void {
    for (let page = 0; page < this.#pages.count; page += 1) onPage(this.#pages.block(page));
    let taken = 0;
    for (let place = 0; place < this.#length; place += 1) {
      const entry = this.entry(place);
      if (entry <= 0) continue;
      taken += 1;
      onEntry(place, entry);
    }
    let free = 0;
    for (let place = this.#firstFree; place >= 0; place = -2 - this.entry(place)) {
      assert(this.entry(place) < 0 && free < this.#length, 'free places are chained, each once');
      free += 1;
    }
    assert(taken + free === this.#length, 'a place is taken or free');
  }
}
