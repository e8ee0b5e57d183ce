import { assert } from '../../../core/assert.ts';
import type { Arena } from '../../../core/arena/arena.ts';
import type { Entries } from './entries.ts';
import { KeyLeaves, leafPlacesMax } from './key-leaves.ts';
import type { Places } from './places.ts';

/** Two neighbours that have no more together become one. */
const mergedPlacesMax = 191;
/** So many entries are fetched at the same time: about as many loads as a processor has under way. */
const fetchedEntries = 16;

/**
 * Live keys in the order of their bytes: leaves of places, and one array of all leaves.
 *
 * A tree of more levels would only spare moving the array when a leaf is split, every hundredth new key: at ten
 * million keys that are 230 KB at most, some microseconds. In return, a step of the search reads one
 * array and a key.
 *
 * Invariant: no leaf is empty, and two neighbours have more than 191 places together: the index is more than
 * a third full whatever was deleted. A place is in it exactly while its entry is live.
 */
export class KeyOrder {
  readonly #places: Places;
  readonly #keyLeaves: KeyLeaves;
  /** The blocks of the leaves, in order; below, the first place of each. */
  #leaves = new Int32Array(16);
  #firsts = new Int32Array(16);
  #leafCount = 0;
  #size = 0;
  /** The number of the leaf to which the last key was added, and whether that was at or beside the one before. */
  #lastAdded = 0;
  #isInOrder = false;

  constructor(arena: Arena, entries: Entries, places: Places) {
    this.#places = places;
    this.#keyLeaves = new KeyLeaves(arena, entries, places);
  }

  /** How many places are in it. */
  get size(): number {
    return this.#size;
  }

  /** Adds a place whose key is `bytes[start … end)`. Requires: it is not in it. */
  add(place: number, bytes: DataView, start: number, end: number): void {
    const leaves = this.#keyLeaves;
    this.#size += 1;
    if (this.#leafCount === 0) {
      this.#insertLeaf(0, leaves.create());
      // The search looks at it, and what stood here may be the place of an entry that is gone.
      this.#firsts[0] = place;
    }
    let number = this.#findLeafToAdd(bytes, start, end);
    let leaf = this.#leaf(number);
    const count = leaves.count(leaf);
    let at = count === 0 ? 0 : leaves.find(leaf, bytes, start, end);
    if (count === leafPlacesMax) {
      number += 1;
      if (at === count) {
        // Keys often come in their order: then leaves are filled one after the other, none is halved.
        at = 0;
        const hasRoom =
          number < this.#leafCount && leaves.count(this.#leaf(number)) < leafPlacesMax;
        if (!hasRoom) this.#insertLeaf(number, leaves.create());
        leaf = this.#leaf(number);
      } else {
        const next = leaves.split(leaf);
        this.#insertLeaf(number, next);
        this.#firsts[number] = leaves.place(next, 0);
        const half = leaves.count(leaf);
        if (at > half) {
          leaf = next;
          at -= half;
        } else {
          number -= 1;
        }
      }
    }
    leaves.insert(leaf, at, place, bytes, start, end);
    if (at === 0) this.#firsts[number] = place;
    this.#isInOrder = Math.abs(number - this.#lastAdded) <= 1;
    this.#lastAdded = number;
  }

  /** Takes the place of a key out. Requires: it is in it. */
  remove(place: number, bytes: DataView, start: number, end: number): void {
    assert(this.#size > 0, 'the place is in the order');
    const leaves = this.#keyLeaves;
    this.#size -= 1;
    const number = this.#findLeaf(bytes, start, end);
    const leaf = this.#leaf(number);
    const at = leaves.find(leaf, bytes, start, end);
    const count = leaves.count(leaf) - 1;
    assert(at <= count && leaves.place(leaf, at) === place, 'the place is in the order');
    leaves.remove(leaf, at);
    if (count === 0) {
      leaves.free(leaf);
      this.#removeLeaf(number);
      return;
    }
    if (at === 0) this.#firsts[number] = leaves.place(leaf, 0);
    if (!this.#mergeWithNext(number) && number > 0) this.#mergeWithNext(number - 1);
  }

  /**
   * Visits entries whose key is not before `bytes[start … end)`, in order, until `visit` returns false.
   * Requires: `visit` changes nothing.
   */
  visitFrom(bytes: DataView, start: number, end: number, visit: (entry: number) => boolean): void {
    if (this.#leafCount === 0) return;
    const leaves = this.#keyLeaves;
    const first = this.#findLeaf(bytes, start, end);
    let at = leaves.find(this.#leaf(first), bytes, start, end);
    for (let number = first; number < this.#leafCount; number += 1, at = 0) {
      const leaf = this.#leaf(number);
      const count = leaves.count(leaf);
      while (at < count) {
        const fetchedEnd = Math.min(at + fetchedEntries, count);
        leaves.touch(leaf, at, fetchedEnd);
        for (; at < fetchedEnd; at += 1) {
          if (!visit(this.#places.entry(leaves.place(leaf, at)))) return;
        }
      }
    }
  }

  /** Takes all places out. */
  removeAll(): void {
    for (let number = 0; number < this.#leafCount; number += 1) {
      this.#keyLeaves.free(this.#leaf(number));
    }
    this.clear();
  }

  /** Forgets everything. The arena is cleared by its owner. */
  clear(): void {
    this.#leaves = new Int32Array(16);
    this.#firsts = new Int32Array(16);
    this.#leafCount = 0;
    this.#size = 0;
  }

  /** Checks everything that must hold; calls back for each leaf's block and each place in turn. For tests. */
  audit(onLeaf: (block: number) => void, onPlace: (place: number) => void): void {
    const leaves = this.#keyLeaves;
    let size = 0;
    for (let number = 0; number < this.#leafCount; number += 1) {
      const leaf = this.#leaf(number);
      onLeaf(leaf);
      leaves.audit(leaf);
      const count = leaves.count(leaf);
      assert(count > 0 && count <= leafPlacesMax, 'no leaf is empty or too full');
      assert(leaves.place(leaf, 0) === this.#firsts[number], 'the first place of a leaf is known');
      for (let at = 0; at < count; at += 1) onPlace(leaves.place(leaf, at));
      size += count;
      if (number === 0) continue;
      const before = this.#leaf(number - 1);
      const beforeCount = leaves.count(before);
      assert(beforeCount + count > mergedPlacesMax, 'neighbours are full enough');
      this.#auditBorder(leaves.place(before, beforeCount - 1), leaf);
    }
    assert(size === this.#size, 'the order has as many places as counted');
  }

  /** The last key of a leaf is before all of the next one: by what finds them. */
  #auditBorder(last: number, next: number): void {
    const leaves = this.#keyLeaves;
    leaves.withKey(last, (bytes, start, end) => {
      assert(leaves.compare(leaves.place(next, 0), bytes, start, end) > 0, 'leaves are in order');
    });
  }

  /** The number of the last leaf whose first key is not behind `bytes[start … end)`, or of the first. */
  #findLeaf(bytes: DataView, start: number, end: number): number {
    let low = 0;
    let high = this.#leafCount;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (this.#isFirstUpTo(middle, bytes, start, end)) low = middle;
      else high = middle;
    }
    return low;
  }

  /**
   * As `#findLeaf`: while keys come in their order, as most do at a start, the leaf of the last one is looked at first. That
   * takes two steps of the search, whose keys are in the cache.
   */
  #findLeafToAdd(bytes: DataView, start: number, end: number): number {
    const number = this.#lastAdded;
    const next = number + 1;
    const isLikely = this.#isInOrder && number < this.#leafCount;
    if (isLikely && this.#isFirstUpTo(number, bytes, start, end)) {
      if (next === this.#leafCount || !this.#isFirstUpTo(next, bytes, start, end)) return number;
    }
    return this.#findLeaf(bytes, start, end);
  }

  /** Whether the first key of a leaf is not behind `bytes[start … end)`. */
  #isFirstUpTo(number: number, bytes: DataView, start: number, end: number): boolean {
    return this.#keyLeaves.compare(this.#firsts[number] ?? 0, bytes, start, end) <= 0;
  }

  #leaf(number: number): number {
    return this.#leaves[number] ?? 0;
  }

  /** False: they have too much for one. */
  #mergeWithNext(number: number): boolean {
    if (number + 1 >= this.#leafCount) return false;
    const leaves = this.#keyLeaves;
    const [leaf, next] = [this.#leaf(number), this.#leaf(number + 1)];
    if (leaves.count(leaf) + leaves.count(next) > mergedPlacesMax) return false;
    leaves.merge(leaf, next);
    this.#removeLeaf(number + 1);
    return true;
  }

  #insertLeaf(number: number, leaf: number): void {
    const count = this.#leafCount;
    if (count === this.#leaves.length) {
      this.#leaves = doubled(this.#leaves);
      this.#firsts = doubled(this.#firsts);
    }
    this.#leaves.copyWithin(number + 1, number, count);
    this.#firsts.copyWithin(number + 1, number, count);
    this.#leaves[number] = leaf;
    this.#leafCount = count + 1;
  }

  #removeLeaf(number: number): void {
    this.#leaves.copyWithin(number, number + 1, this.#leafCount);
    this.#firsts.copyWithin(number, number + 1, this.#leafCount);
    this.#leafCount -= 1;
  }
}

function doubled(column: Int32Array): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(column.length * 2);
  grown.set(column);
  return grown;
}
