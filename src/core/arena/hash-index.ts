import { assert } from '../assert.ts';
import type { Arena } from './arena.ts';
import { chunkMask, unitBytes } from './units.ts';

/** Slots of a segment: a pair of numbers each, 16 KiB together. */
const segmentSlots = 2048;
const slotMask = segmentSlots - 1;
const segmentUnits = (segmentSlots * 8) / unitBytes;
/** A fuller segment is split: the runs of taken slots grow long above this. */
const segmentEntriesMax = Math.floor(segmentSlots * 0.8);
/** The lower bits of a hash choose the slot, so these are left for the directory. */
const depthMax = 20;

/** What the entries of an index are, which are numbers to it, and not 0. */
export interface EntryMatcher {
  /** Whether the key `bytes[start … end)`, which has this hash, is the one of an entry. */
  has(entry: number, hash: number, bytes: DataView, start: number, end: number): boolean;
}

/**
 * Finds entries by the hash of a key: extendible hashing, with open addressing inside its segments.
 *
 * A slot is a pair (hash, entry), so that nearly only entries are touched that have the key. One table of
 * slots would have to be moved whole when it is full, which takes tens of milliseconds at a million
 * keys, or slot by slot between operations, which look into two tables meanwhile. Here the upper bits of the
 * hash choose a segment by a directory; a full segment is split into two and nothing else is touched: some
 * ten microseconds, at any size.
 *
 * Invariant: a segment of depth d stands in the directory at all numbers with the same upper d bits, and
 * holds exactly the entries whose hash begins with these.
 */
export class HashIndex {
  readonly #arena: Arena;
  readonly #matcher: EntryMatcher;
  /** The block of the segment of each number; 0: nothing was ever added. */
  #directory = new Int32Array(1);
  /** How deep the segment of each number is. */
  #depths = new Uint8Array(1);
  /** How many entries a segment has, at the first of its numbers. */
  #counts = new Int32Array(1);
  /** The directory has 2^depth numbers. */
  #depth = 0;
  readonly #scratch = new Int32Array(segmentSlots * 2);

  /** Its slots lie in `arena`. */
  constructor(arena: Arena, matcher: EntryMatcher) {
    this.#arena = arena;
    this.#matcher = matcher;
  }

  /** The entry whose key is `bytes[start … end)`; 0: there is none. */
  find(hash: number, bytes: DataView, start: number, end: number): number {
    const segment = this.#directory[this.#number(hash)] ?? 0;
    if (segment === 0) return 0;
    const { ints } = this.#arena.chunk(segment);
    const base = (segment & chunkMask) << 1;
    for (let slot = hash & slotMask; ; slot = (slot + 1) & slotMask) {
      const at = base + (slot << 1);
      const entry = ints[at + 1] ?? 0;
      if (entry === 0) return 0;
      if (ints[at] === hash && this.#matcher.has(entry, hash, bytes, start, end)) return entry;
    }
  }

  /** The entry that `find` looks at first; 0: there is none. */
  #peek(hash: number): number {
    const segment = this.#directory[this.#number(hash)] ?? 0;
    if (segment === 0) return 0;
    const { ints } = this.#arena.chunk(segment);
    return ints[((segment & chunkMask) << 1) + ((hash & slotMask) << 1) + 1] ?? 0;
  }

  /** Looks which entries `find` would look at first for `count` hashes, and overwrites the hashes with them; 0: none. */
  prefetch(hashes: Int32Array, count: number): void {
    // No load of the loop needs another one of it, so the processor waits for all of them at the same time.
    for (let i = 0; i < count; i += 1) hashes[i] = this.#peek(hashes[i] ?? 0);
  }

  /** Adds a key of an entry, which is not there. */
  add(hash: number, entry: number): void {
    let number = this.#number(hash);
    if (this.#directory[number] === 0) this.#directory[number] = this.#createSegment();
    while ((this.#counts[this.#first(number)] ?? 0) >= segmentEntriesMax && this.#split(number)) {
      number = this.#number(hash);
    }
    const count = (this.#counts[this.#first(number)] ?? 0) + 1;
    // With a secret hash this takes more keys than there are hashes.
    assert(count < segmentSlots, 'too many keys have the same hash');
    this.#counts[this.#first(number)] = count;
    this.#place(this.#directory[number] ?? 0, hash, entry);
  }

  /** A key has another entry, or its entry another number. */
  replace(hash: number, entry: number, moved: number): void {
    const segment = this.#directory[this.#number(hash)] ?? 0;
    const { ints } = this.#arena.chunk(segment);
    ints[this.#slotOf(segment, hash, entry) + 1] = moved;
  }

  /** Takes a key of an entry out. Requires: it is there. */
  remove(hash: number, entry: number): void {
    const number = this.#number(hash);
    const segment = this.#directory[number] ?? 0;
    const { ints } = this.#arena.chunk(segment);
    const base = (segment & chunkMask) << 1;
    let hole = (this.#slotOf(segment, hash, entry) - base) >> 1;
    // What follows in the run moves up, unless it stands where its hash wants it: no marks are left behind.
    for (let slot = (hole + 1) & slotMask; ; slot = (slot + 1) & slotMask) {
      const at = base + (slot << 1);
      const next = ints[at + 1] ?? 0;
      if (next === 0) break;
      const home = ints[at] ?? 0;
      if (((slot - home) & slotMask) < ((slot - hole) & slotMask)) continue;
      ints[base + (hole << 1)] = home;
      ints[base + (hole << 1) + 1] = next;
      hole = slot;
    }
    ints[base + (hole << 1) + 1] = 0;
    const first = this.#first(number);
    this.#counts[first] = (this.#counts[first] ?? 0) - 1;
  }

  /** Forgets everything. The arena is cleared by its owner. */
  clear(): void {
    this.#directory = new Int32Array(1);
    this.#depths = new Uint8Array(1);
    this.#counts = new Int32Array(1);
    this.#depth = 0;
  }

  /** Checks everything that must hold; calls back for each segment's block and each entry. For tests. */
  audit(onSegment: (block: number) => void, onEntry: (hash: number, entry: number) => void): void {
    for (let number = 0; number < this.#directory.length; number += 1) {
      const segment = this.#directory[number] ?? 0;
      if (segment === 0) continue;
      const first = this.#first(number);
      assert(this.#directory[first] === segment, 'all numbers of a segment name it');
      assert(this.#depths[first] === this.#depths[number], 'all its numbers know its depth');
      if (number !== first) continue;
      onSegment(segment);
      assert(
        this.#auditSegment(segment, first, onEntry) === this.#counts[first],
        'as many as counted',
      );
    }
  }

  #auditSegment(
    segment: number,
    first: number,
    onEntry: (hash: number, entry: number) => void,
  ): number {
    const { ints } = this.#arena.chunk(segment);
    const base = (segment & chunkMask) << 1;
    let count = 0;
    for (let slot = 0; slot < segmentSlots; slot += 1) {
      const hash = ints[base + (slot << 1)] ?? 0;
      const entry = ints[base + (slot << 1) + 1] ?? 0;
      if (entry === 0) continue;
      count += 1;
      assert(this.#first(this.#number(hash)) === first, 'an entry is in the segment of its hash');
      // Not just this slot: keys of one entry may have one hash.
      this.#slotOf(segment, hash, entry);
      onEntry(hash, entry);
    }
    return count;
  }

  /** The upper bits of a hash. In two shifts, because one by 32 is one by 0. */
  #number(hash: number): number {
    return (hash >>> 1) >>> (31 - this.#depth);
  }

  /** The first of the numbers of the segment that has this one. */
  #first(number: number): number {
    return number & (-1 << (this.#depth - (this.#depths[number] ?? 0)));
  }

  /** Where the pair of an entry stands among the integers of the segment's chunk. Requires: it is there. */
  #slotOf(segment: number, hash: number, entry: number): number {
    const { ints } = this.#arena.chunk(segment);
    const base = (segment & chunkMask) << 1;
    for (let slot = hash & slotMask; ; slot = (slot + 1) & slotMask) {
      const at = base + (slot << 1);
      const found = ints[at + 1];
      if (found === entry && ints[at] === hash) return at;
      assert(found !== 0, 'an entry is not in the index');
    }
  }

  #place(segment: number, hash: number, entry: number): void {
    const { ints } = this.#arena.chunk(segment);
    const base = (segment & chunkMask) << 1;
    let slot = hash & slotMask;
    while (ints[base + (slot << 1) + 1] !== 0) slot = (slot + 1) & slotMask;
    ints[base + (slot << 1)] = hash;
    ints[base + (slot << 1) + 1] = entry;
  }

  #createSegment(): number {
    const segment = this.#arena.allocate(segmentUnits);
    const { ints } = this.#arena.chunk(segment);
    const base = (segment & chunkMask) << 1;
    ints.fill(0, base, base + segmentSlots * 2);
    return segment;
  }

  /** Splits the segment of `number` by the next bit of its hashes; false if there is none left. */
  #split(number: number): boolean {
    const depth = this.#depths[number] ?? 0;
    if (depth === depthMax) return false;
    const isDoubled = depth === this.#depth;
    if (isDoubled) this.#doubleDirectory();
    const first = this.#first(isDoubled ? number << 1 : number);
    const width = 1 << (this.#depth - depth);
    const lower = this.#directory[first] ?? 0;
    const upper = this.#createSegment();
    this.#directory.fill(upper, first + width / 2, first + width);
    this.#depths.fill(depth + 1, first, first + width);
    this.#distribute(first, lower, upper);
    return true;
  }

  /** Puts the entries of a segment where the directory wants them now. */
  #distribute(first: number, lower: number, upper: number): void {
    const scratch = this.#scratch;
    const { ints } = this.#arena.chunk(lower);
    const base = (lower & chunkMask) << 1;
    scratch.set(ints.subarray(base, base + scratch.length));
    ints.fill(0, base, base + scratch.length);
    let upperCount = 0;
    let lowerCount = 0;
    for (let at = 0; at < scratch.length; at += 2) {
      const hash = scratch[at] ?? 0;
      const entry = scratch[at + 1] ?? 0;
      if (entry === 0) continue;
      const isUpper = this.#directory[this.#number(hash)] === upper;
      if (isUpper) upperCount += 1;
      else lowerCount += 1;
      this.#place(isUpper ? upper : lower, hash, entry);
    }
    this.#counts[first] = lowerCount;
    this.#counts[first + (1 << (this.#depth - (this.#depths[first] ?? 0)))] = upperCount;
  }

  #doubleDirectory(): void {
    const length = this.#directory.length * 2;
    const directory = new Int32Array(length);
    const depths = new Uint8Array(length);
    const counts = new Int32Array(length);
    for (let number = 0; number < length; number += 1) {
      directory[number] = this.#directory[number >> 1] ?? 0;
      depths[number] = this.#depths[number >> 1] ?? 0;
      counts[number] = this.#counts[number >> 1] ?? 0;
    }
    this.#directory = directory;
    this.#depths = depths;
    this.#counts = counts;
    this.#depth += 1;
  }
}
