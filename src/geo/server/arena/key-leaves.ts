import { assert } from '../../../core/assert.ts';
import type { Arena } from '../../../core/arena/arena.ts';
import type { Entries } from './entries.ts';
import { commonLength, compareBytes, keyTag } from '../../../core/arena/key-bytes.ts';
import type { Places } from './places.ts';
import { chunkMask, unitBytes } from '../../../core/arena/units.ts';

/** A leaf has 2 KiB: two numbers, and then so many places and as many tags. */
export const leafPlacesMax = 255;
const leafUnits = 2_048 / unitBytes;
const countInt = 0;
const prefixInt = 1;
const placesInt = 2;
const tagsInt: number = placesInt + leafPlacesMax;

/**
 * Leaves of the key order: places in the order of their keys.
 *
 * To search among places is to wait for the memory of a key at each step. So a leaf knows how many bytes all of
 * its keys begin with, and keeps of each the four bytes behind them, the tag: the search is among numbers that
 * lie together, and looks at one or two keys at its end.
 *
 * Invariant: all keys of a leaf share its prefix at least; tags are those of the keys behind that prefix.
 */
export class KeyLeaves {
  readonly #arena: Arena;
  readonly #entries: Entries;
  readonly #places: Places;

  constructor(arena: Arena, entries: Entries, places: Places) {
    this.#arena = arena;
    this.#entries = entries;
    this.#places = places;
  }

  /** The block of a new leaf without places. */
  create(): number {
    const leaf = this.#arena.allocate(leafUnits);
    const { ints } = this.#arena.chunk(leaf);
    ints[base(leaf) + countInt] = 0;
    ints[base(leaf) + prefixInt] = 0;
    return leaf;
  }

  free(leaf: number): void {
    this.#arena.free(leaf);
  }

  count(leaf: number): number {
    return this.#arena.chunk(leaf).ints[base(leaf) + countInt] ?? 0;
  }

  /** Requires: at < count. */
  place(leaf: number, at: number): number {
    return this.#arena.chunk(leaf).ints[base(leaf) + placesInt + at] ?? 0;
  }

  /** How the key of a place compares to `bytes[start … end)`. */
  compare(place: number, bytes: DataView, start: number, end: number): number {
    const entry = this.#places.entry(place);
    const { view } = this.#arena.chunk(entry);
    const keyStart = this.#entries.keyStart(entry);
    const keyLength = this.#entries.keyLength(entry);
    return compareBytes(view, keyStart, keyLength, bytes, start, end - start);
  }

  /** How many places have keys before `bytes[start … end)`. Requires: the leaf is not empty. */
  find(leaf: number, bytes: DataView, start: number, end: number): number {
    const { ints } = this.#arena.chunk(leaf);
    const at = base(leaf);
    const count = ints[at + countInt] ?? 0;
    const prefix = ints[at + prefixInt] ?? 0;
    const prefixOrder = this.#comparePrefix(leaf, prefix, bytes, start, end);
    if (prefixOrder !== 0) return prefixOrder > 0 ? 0 : count;
    const tag = keyTag(bytes, start, end - start, prefix);
    let low = lowerBound(ints, at + tagsInt, 0, count, tag);
    if (low === count || ints[at + tagsInt + low] !== tag) return low;
    let high = low + 1;
    while (high < count && ints[at + tagsInt + high] === tag) high += 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const place = ints[at + placesInt + middle] ?? 0;
      if (this.compare(place, bytes, start, end) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Inserts the place of the key `bytes[start … end)` where `find` says. Requires: there is room. */
  insert(
    leaf: number,
    at: number,
    place: number,
    bytes: DataView,
    start: number,
    end: number,
  ): void {
    const { ints } = this.#arena.chunk(leaf);
    const from = base(leaf);
    const count = ints[from + countInt] ?? 0;
    const prefix = ints[from + prefixInt] ?? 0;
    const hasPrefix = count > 0 && this.#comparePrefix(leaf, prefix, bytes, start, end) === 0;
    for (const column of [from + placesInt, from + tagsInt]) {
      if (at < count) ints.copyWithin(column + at + 1, column + at, column + count);
    }
    ints[from + placesInt + at] = place;
    ints[from + countInt] = count + 1;
    if (hasPrefix) ints[from + tagsInt + at] = keyTag(bytes, start, end - start, prefix);
    else this.#renewTags(leaf);
  }

  remove(leaf: number, at: number): void {
    const { ints } = this.#arena.chunk(leaf);
    const from = base(leaf);
    const count = ints[from + countInt] ?? 0;
    for (const column of [from + placesInt, from + tagsInt]) {
      ints.copyWithin(column + at, column + at + 1, column + count);
    }
    ints[from + countInt] = count - 1;
  }

  /** Moves the second half to a new leaf, whose block is returned. */
  split(leaf: number): number {
    const count = this.count(leaf);
    const half = count >> 1;
    const next = this.create();
    this.#copyPlaces(leaf, half, count, next);
    this.#arena.chunk(leaf).ints[base(leaf) + countInt] = half;
    this.#renewTags(leaf);
    this.#renewTags(next);
    return next;
  }

  /** Appends all places of `next` and gives its block back. Requires: there is room. */
  merge(leaf: number, next: number): void {
    this.#copyPlaces(next, 0, this.count(next), leaf);
    this.#renewTags(leaf);
    this.free(next);
  }

  /** Reads the entries of places `from` to `to` (excluded), so that they are in the cache. */
  touch(leaf: number, from: number, to: number): void {
    for (let at = from; at < to; at += 1) {
      this.#arena.touch(this.#places.entry(this.place(leaf, at)));
    }
  }

  /** Where the key of a place lies. */
  withKey(place: number, use: (bytes: DataView, start: number, end: number) => void): void {
    const entry = this.#places.entry(place);
    const start = this.#entries.keyStart(entry);
    use(this.#arena.chunk(entry).view, start, start + this.#entries.keyLength(entry));
  }

  /** Checks everything that must hold of a leaf. For tests. */
  audit(leaf: number): void {
    const { ints } = this.#arena.chunk(leaf);
    const prefix = ints[base(leaf) + prefixInt] ?? 0;
    for (let at = 0; at < this.count(leaf); at += 1) {
      const entry = this.#places.entry(this.place(leaf, at));
      const { view } = this.#arena.chunk(entry);
      const start = this.#entries.keyStart(entry);
      const length = this.#entries.keyLength(entry);
      const order = this.#comparePrefix(leaf, prefix, view, start, start + length);
      assert(order === 0, 'all keys of a leaf share its prefix');
      const tag = keyTag(view, start, length, prefix);
      assert(tag === ints[base(leaf) + tagsInt + at], 'a tag is the bytes behind the prefix');
      if (at === 0) continue;
      const before = this.compare(this.place(leaf, at - 1), view, start, start + length);
      assert(before < 0, 'keys stand in their order');
    }
  }

  /** How the first `prefix` bytes of the leaf's keys compare to those of `bytes[start … end)`. */
  #comparePrefix(
    leaf: number,
    prefix: number,
    bytes: DataView,
    start: number,
    end: number,
  ): number {
    const entry = this.#places.entry(this.place(leaf, 0));
    const { view } = this.#arena.chunk(entry);
    const keyStart = this.#entries.keyStart(entry);
    const length = Math.min(prefix, end - start);
    return compareBytes(view, keyStart, prefix, bytes, start, length);
  }

  #copyPlaces(leaf: number, from: number, to: number, target: number): void {
    const { ints } = this.#arena.chunk(leaf);
    const start = base(leaf) + placesInt;
    const count = this.count(target);
    const targetInts = this.#arena.chunk(target).ints;
    targetInts.set(ints.subarray(start + from, start + to), base(target) + placesInt + count);
    targetInts[base(target) + countInt] = count + to - from;
  }

  /** Looks at all keys of a leaf: when it was split or merged, or a key came that has not its prefix. */
  #renewTags(leaf: number): void {
    const { ints } = this.#arena.chunk(leaf);
    const count = this.count(leaf);
    // What the first and the last of sorted keys have in common, all between them have.
    const prefix = this.#commonLength(this.place(leaf, 0), this.place(leaf, count - 1));
    ints[base(leaf) + prefixInt] = prefix;
    for (let at = 0; at < count; at += 1) {
      const entry = this.#places.entry(this.place(leaf, at));
      const { view } = this.#arena.chunk(entry);
      const start = this.#entries.keyStart(entry);
      const tag = keyTag(view, start, this.#entries.keyLength(entry), prefix);
      ints[base(leaf) + tagsInt + at] = tag;
    }
  }

  #commonLength(place: number, other: number): number {
    const [a, b] = [this.#places.entry(place), this.#places.entry(other)];
    const entries = this.#entries;
    return commonLength(
      this.#arena.chunk(a).view,
      entries.keyStart(a),
      entries.keyLength(a),
      this.#arena.chunk(b).view,
      entries.keyStart(b),
      entries.keyLength(b),
    );
  }
}

/** Where a block begins among the integers of its chunk. */
function base(block: number): number {
  return (block & chunkMask) << 1;
}

/** The first of sorted integers from `low` to `high` (excluded) behind `from` that is not below `value`. */
function lowerBound(
  ints: Int32Array,
  from: number,
  first: number,
  last: number,
  value: number,
): number {
  let low = first;
  let high = last;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ints[from + middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
