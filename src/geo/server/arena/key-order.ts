import { assert } from '../../../core/assert.ts';
import type { Arena } from './arena.ts';
import { keyByte, keyLengthInt, keyLengthMask } from './entry-layout.ts';
import type { Entries } from './entries.ts';
import { compareBytes } from './key-bytes.ts';
import type { Places } from './places.ts';
import { chunkMask, unitBytes } from './units.ts';

/** Places in a leaf: 1 KiB. */
const leafPlaces = 256;
const leafUnits = (leafPlaces * 4) / unitBytes;
/** So many entries are fetched at the same time: about as many loads as a processor has under way. */
const fetchedEntries = 16;
/** Two neighbours that have no more together become one. */
const mergedPlacesMax = (leafPlaces / 4) * 3;

/**
 * Live keys in the order of their bytes: places in leaves, and one array of all leaves.
 *
 * Nothing of the keys is copied here, they are compared where they lie. A tree of more levels would only
 * spare moving the array when a leaf is split, every hundredth new key: at ten million keys that are
 * 230 KB at most, some microseconds. In return, a step of the search reads one array and a key.
 *
 * Invariant: no leaf is empty, and two neighbours have more than 192 places together: the index is more than
 * a third full whatever was deleted. A place is in it exactly while its entry is live.
 */
export class KeyOrder {
  readonly #entries: Entries;
  readonly #arena: Arena;
  readonly #places: Places;
  /** The blocks of the leaves, in order; below, how many places each has and the first of them. */
  #leaves = new Int32Array(16);
  #counts = new Int32Array(16);
  #firsts = new Int32Array(16);
  #leafCount = 0;
  #size = 0;

  constructor(entries: Entries, arena: Arena, places: Places) {
    this.#entries = entries;
    this.#arena = arena;
    this.#places = places;
  }

  /** How many places are in it. */
  get size(): number {
    return this.#size;
  }

  /** Adds a place whose key is `bytes[start … end)`. Requires: it is not in it. */
  add(place: number, bytes: DataView, start: number, end: number): void {
    this.#size += 1;
    if (this.#leafCount === 0) {
      this.#insertLeaf(0);
      this.#insertAt(0, 0, place);
      return;
    }
    let leaf = this.#findLeaf(bytes, start, end);
    let at = this.#findPlace(leaf, bytes, start, end);
    if (this.#count(leaf) === leafPlaces) {
      if (at === leafPlaces) {
        // Keys often come in their order: then leaves are filled one after the other, none is halved.
        leaf += 1;
        at = 0;
        const hasRoom = leaf < this.#leafCount && this.#count(leaf) < leafPlaces;
        if (!hasRoom) this.#insertLeaf(leaf);
      } else {
        this.#split(leaf);
        const half = leafPlaces / 2;
        if (at > half) {
          leaf += 1;
          at -= half;
        }
      }
    }
    this.#insertAt(leaf, at, place);
  }

  /** Takes the place of a key out. Requires: it is in it. */
  remove(place: number, bytes: DataView, start: number, end: number): void {
    this.#size -= 1;
    const leaf = this.#findLeaf(bytes, start, end);
    const at = this.#findPlace(leaf, bytes, start, end);
    const { ints } = this.#arena.chunk(this.#block(leaf));
    const base = this.#base(leaf);
    assert(at < this.#count(leaf) && ints[base + at] === place, 'the place is in the order');
    const count = this.#count(leaf) - 1;
    ints.copyWithin(base + at, base + at + 1, base + count + 1);
    this.#counts[leaf] = count;
    if (at === 0) this.#firsts[leaf] = ints[base] ?? 0;
    if (count === 0) this.#removeLeaf(leaf);
    else if (!this.#mergeWithNext(leaf) && leaf > 0) this.#mergeWithNext(leaf - 1);
  }

  /**
   * Visits entries whose key is not before `bytes[start … end)`, in order, until `visit` returns false.
   * Requires: `visit` changes nothing.
   */
  visitFrom(bytes: DataView, start: number, end: number, visit: (entry: number) => boolean): void {
    if (this.#leafCount === 0) return;
    const firstLeaf = this.#findLeaf(bytes, start, end);
    let at = this.#findPlace(firstLeaf, bytes, start, end);
    for (let leaf = firstLeaf; leaf < this.#leafCount; leaf += 1, at = 0) {
      const { ints } = this.#arena.chunk(this.#block(leaf));
      const base = this.#base(leaf);
      const count = this.#count(leaf);
      while (at < count) {
        const fetchedEnd = Math.min(at + fetchedEntries, count);
        for (let i = at; i < fetchedEnd; i += 1) {
          this.#entries.touch(this.#places.entry(ints[base + i] ?? 0));
        }
        for (; at < fetchedEnd; at += 1) {
          if (!visit(this.#places.entry(ints[base + at] ?? 0))) return;
        }
      }
    }
  }

  /** Takes all places out. */
  removeAll(): void {
    for (let leaf = 0; leaf < this.#leafCount; leaf += 1) this.#arena.free(this.#block(leaf));
    this.clear();
  }

  /** Forgets everything. The arena is cleared by its owner. */
  clear(): void {
    this.#leaves = new Int32Array(16);
    this.#counts = new Int32Array(16);
    this.#firsts = new Int32Array(16);
    this.#leafCount = 0;
    this.#size = 0;
  }

  /** Checks everything that must hold; calls back for each leaf's block and each place in turn. For tests. */
  audit(onLeaf: (block: number) => void, onPlace: (place: number) => void): void {
    let size = 0;
    let last = -1;
    for (let leaf = 0; leaf < this.#leafCount; leaf += 1) {
      onLeaf(this.#block(leaf));
      const count = this.#count(leaf);
      assert(count > 0 && count <= leafPlaces, 'no leaf is empty or too full');
      const isAlone = leaf + 1 === this.#leafCount;
      assert(
        isAlone || count + this.#count(leaf + 1) > mergedPlacesMax,
        'neighbours are full enough',
      );
      const { ints } = this.#arena.chunk(this.#block(leaf));
      assert(ints[this.#base(leaf)] === this.#firsts[leaf], 'the first place of a leaf is known');
      for (let at = 0; at < count; at += 1) {
        const place = ints[this.#base(leaf) + at] ?? 0;
        if (last >= 0) this.#auditPair(last, place);
        onPlace(place);
        last = place;
      }
      size += count;
    }
    assert(size === this.#size, 'the order has as many places as counted');
  }

  #auditPair(place: number, next: number): void {
    const { ints, view } = this.#arena.chunk(this.#places.entry(place));
    const unit = this.#places.entry(place) & chunkMask;
    const start = unit * unitBytes + keyByte;
    const length = (ints[(unit << 1) + keyLengthInt] ?? 0) & keyLengthMask;
    assert(this.#compare(next, view, start, start + length) > 0, 'keys stand in their order');
  }

  /** The last leaf whose first key is not behind `bytes[start … end)`, or the first of all. */
  #findLeaf(bytes: DataView, start: number, end: number): number {
    let low = 0;
    let high = this.#leafCount;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (this.#compare(this.#firsts[middle] ?? 0, bytes, start, end) <= 0) low = middle;
      else high = middle;
    }
    return low;
  }

  /** The first place in a leaf whose key is not before `bytes[start … end)`. */
  #findPlace(leaf: number, bytes: DataView, start: number, end: number): number {
    const { ints } = this.#arena.chunk(this.#block(leaf));
    const base = this.#base(leaf);
    let low = 0;
    let high = this.#count(leaf);
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#compare(ints[base + middle] ?? 0, bytes, start, end) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** How the key of a place compares to `bytes[start … end)`. */
  #compare(place: number, bytes: DataView, start: number, end: number): number {
    const entry = this.#places.entry(place);
    const { ints, view } = this.#arena.chunk(entry);
    const unit = entry & chunkMask;
    const length = (ints[(unit << 1) + keyLengthInt] ?? 0) & keyLengthMask;
    return compareBytes(view, unit * unitBytes + keyByte, length, bytes, start, end - start);
  }

  #block(leaf: number): number {
    return this.#leaves[leaf] ?? 0;
  }

  /** Where the places of a leaf begin among the integers of its chunk. */
  #base(leaf: number): number {
    return (this.#block(leaf) & chunkMask) << 1;
  }

  #count(leaf: number): number {
    return this.#counts[leaf] ?? 0;
  }

  /** Requires: the leaf has room. */
  #insertAt(leaf: number, at: number, place: number): void {
    const { ints } = this.#arena.chunk(this.#block(leaf));
    const base = this.#base(leaf);
    const count = this.#count(leaf);
    if (at < count) ints.copyWithin(base + at + 1, base + at, base + count);
    ints[base + at] = place;
    this.#counts[leaf] = count + 1;
    if (at === 0) this.#firsts[leaf] = place;
  }

  #split(leaf: number): void {
    this.#insertLeaf(leaf + 1);
    const half = leafPlaces / 2;
    const from = this.#base(leaf) + half;
    const { ints } = this.#arena.chunk(this.#block(leaf));
    const next = this.#arena.chunk(this.#block(leaf + 1)).ints;
    next.set(ints.subarray(from, from + half), this.#base(leaf + 1));
    this.#counts[leaf] = half;
    this.#counts[leaf + 1] = half;
    this.#firsts[leaf + 1] = next[this.#base(leaf + 1)] ?? 0;
  }

  /** False: they have too much for one. */
  #mergeWithNext(leaf: number): boolean {
    const count = this.#count(leaf);
    const total = count + this.#count(leaf + 1);
    if (leaf + 1 >= this.#leafCount || total > mergedPlacesMax) return false;
    const from = this.#base(leaf + 1);
    const next = this.#arena.chunk(this.#block(leaf + 1)).ints;
    const { ints } = this.#arena.chunk(this.#block(leaf));
    ints.set(next.subarray(from, from + total - count), this.#base(leaf) + count);
    this.#counts[leaf] = total;
    this.#removeLeaf(leaf + 1);
    return true;
  }

  #insertLeaf(leaf: number): void {
    const count = this.#leafCount;
    if (count === this.#leaves.length) {
      this.#leaves = doubled(this.#leaves);
      this.#counts = doubled(this.#counts);
      this.#firsts = doubled(this.#firsts);
    }
    for (const column of [this.#leaves, this.#counts, this.#firsts]) {
      column.copyWithin(leaf + 1, leaf, count);
    }
    this.#leaves[leaf] = this.#arena.allocate(leafUnits);
    this.#counts[leaf] = 0;
    this.#leafCount = count + 1;
  }

  #removeLeaf(leaf: number): void {
    this.#arena.free(this.#block(leaf));
    for (const column of [this.#leaves, this.#counts, this.#firsts]) {
      column.copyWithin(leaf, leaf + 1, this.#leafCount);
    }
    this.#leafCount -= 1;
  }
}

function doubled(column: Int32Array): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(column.length * 2);
  grown.set(column);
  return grown;
}
