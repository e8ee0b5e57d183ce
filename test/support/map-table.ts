import sortedBTree from 'sorted-btree';

import { assert } from '../../src/core/assert.ts';
import { readLatin1, writeLatin1 } from '../../src/core/latin1.ts';
import { randomBelow, type Random } from '../../src/core/random.ts';
import {
  originsMax,
  type ListRange,
  type Table,
  type Version,
} from '../../src/geo/server/table.ts';
import type { Reply } from '../../src/resp/reply.ts';
import { ExpiryHeap } from './expiry-heap.ts';

/** What an entry takes besides its key and value: map, arrays, heads of two strings, leaf of the index. */
const entryOverheadBytes = 200;
/** Columns of a row of numbers. */
const rowLength = 4;
const [wallColumn, sequenceColumn, countColumn, lengthColumn] = [0, 1, 2, 3] as const;
// Counter (32 bits) and origin (20 bits) share a column, which holds 53 bits.
/** Draws that may hit an empty slot before `random` walks to the next one that is not. */
const drawsMax = 64;

/**
 * The table as a Map from key to slot, and arrays with one element for each slot: the yardstick of the arena
 * in the contract suite and in the benchmark, and how one would write it who had no need of more.
 *
 * Keys and values are strings of which each character is one byte: `Map` finds them faster than anything else
 * that is not an arena of our own, and as values they cost the collector less than `Buffer`s. The rest of
 * an entry lies in typed arrays, which the collector does not look into. The ordered index is
 * touched only when a key becomes live or stops being so, not when its value changes.
 *
 * A reference is a slot. An entry keeps its slot for as long as it exists, so a slot number is a cursor
 * for `scan` that no change can lead past an entry.
 */
export class MapTable implements Table {
  readonly #slots: Map<string, number> = new Map();
  /** Live keys in the order of their bytes. */
  readonly #ordered = new BTree<string, number>(undefined, compareKeys);
  readonly #expiries = new ExpiryHeap();
  /** In the order in which they were buried. */
  readonly #tombstones: Set<number> = new Set();
  /** Slots below the length of `#keys` that have no entry. */
  #free: number[] = [];
  /** The key of each slot; undefined: no entry. */
  #keys: (string | undefined)[] = [];
  /** The value of each slot; undefined: no entry or a tombstone. */
  #values: (string | undefined)[] = [];
  /** Numbers of each slot, one row after the other: what one write changes lies in one cache line. */
  #rows = new Float64Array(0);
  #contentBytes = 0;

  get size(): number {
    return this.#ordered.size;
  }

  get tombstoneCount(): number {
    return this.#tombstones.size;
  }

  get expiringCount(): number {
    return this.#expiries.size;
  }

  get placesEnd(): number {
    return this.#keys.length;
  }

  get byteLength(): number {
    return this.#contentBytes + this.#slots.size * entryOverheadBytes;
  }

  /** Where a Map keeps its keys cannot be told. */
  prefetch(): void {}

  find(bytes: Uint8Array, start: number, end: number): number {
    return this.#slots.get(latin1(bytes, start, end)) ?? -1;
  }

  put(
    bytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    valueStart: number,
    valueEnd: number,
    expiryMs: number,
    version: Version,
  ): number {
    const key = latin1(bytes, keyStart, keyEnd);
    const slot = this.#slots.get(key) ?? this.#create(key);
    if (this.#values[slot] === undefined) this.#revive(slot);
    const length = valueEnd - valueStart;
    const lengthAt = slot * rowLength + lengthColumn;
    this.#contentBytes += length - (this.#rows[lengthAt] ?? 0);
    this.#rows[lengthAt] = length;
    this.#values[slot] = latin1(bytes, valueStart, valueEnd);
    this.#expiries.set(slot, expiryMs);
    this.#setVersion(slot, version);
    return slot;
  }

  putAt(
    reference: number,
    bytes: Uint8Array,
    valueStart: number,
    valueEnd: number,
    expiryMs: number,
    version: Version,
  ): number {
    const key = Buffer.from(this.#key(reference), 'latin1');
    const both = Buffer.concat([key, bytes.subarray(valueStart, valueEnd)]);
    return this.put(both, 0, key.length, key.length, both.length, expiryMs, version);
  }

  prefetchPlaces(places: Int32Array, count: number, references: Int32Array): void {
    for (let i = 0; i < count; i += 1) {
      const place = places[i] ?? -1;
      references[i] = place < 0 ? -1 : this.atPlace(place);
    }
  }

  setExpiry(reference: number, expiryMs: number, version: Version): void {
    assert(this.isLive(reference), 'only what is live can end');
    this.#expiries.set(reference, expiryMs);
    this.#setVersion(reference, version);
  }

  bury(reference: number, version?: Version): number {
    assert(this.isLive(reference), 'only what is live can be buried');
    this.#ordered.delete(this.#key(reference));
    this.#dropValue(reference);
    if (version !== undefined) this.#setVersion(reference, version);
    return reference;
  }

  buryAll(versionFor: (reference: number) => Version): void {
    for (let slot = 0; slot < this.#keys.length; slot += 1) {
      if (!this.isLive(slot)) continue;
      this.#setVersion(slot, versionFor(slot));
      this.#dropValue(slot);
    }
    this.#ordered.clear();
  }

  dropTombstones(countMax: number): number {
    let count = 0;
    for (const slot of this.#tombstones) {
      if (count === countMax) break;
      this.#tombstones.delete(slot);
      this.#drop(slot);
      count += 1;
    }
    return count;
  }

  clear(): void {
    this.#slots.clear();
    this.#ordered.clear();
    this.#expiries.clear();
    this.#tombstones.clear();
    this.#contentBytes = 0;
    this.#forgetSlots();
  }

  isLive(reference: number): boolean {
    return this.#values[reference] !== undefined;
  }

  keyLength(reference: number): number {
    return this.#key(reference).length;
  }

  readKey(reference: number, target: Buffer, at = 0): number {
    return writeLatin1(target, this.#key(reference), at);
  }

  writeKey(reference: number, reply: Reply): void {
    reply.bulkLatin1(this.#key(reference));
  }

  valueLength(reference: number): number {
    return this.#rows[reference * rowLength + lengthColumn] ?? 0;
  }

  readValue(reference: number, target: Buffer, at: number): number {
    return writeLatin1(target, this.#value(reference), at);
  }

  writeValue(reference: number, reply: Reply): void {
    reply.bulkLatin1(this.#value(reference));
  }

  writeValueSlice(reference: number, start: number, end: number, reply: Reply): void {
    reply.bulkLatin1(this.#value(reference).slice(start, end));
  }

  expiryMs(reference: number): number {
    return this.#expiries.expiryMs(reference);
  }

  readVersion(reference: number, target: Version): void {
    const row = reference * rowLength;
    const count = this.#rows[row + countColumn] ?? 0;
    target.wallMs = this.#rows[row + wallColumn] ?? 0;
    target.sequence = this.#rows[row + sequenceColumn] ?? 0;
    target.counter = Math.floor(count / originsMax);
    target.origin = count % originsMax;
  }

  entryBytes(reference: number): number {
    return entryOverheadBytes + this.keyLength(reference) + this.valueLength(reference);
  }

  place(reference: number): number {
    return reference;
  }

  atPlace(place: number): number {
    return this.#keys[place] === undefined ? -1 : place;
  }

  firstTombstone(): number {
    for (const slot of this.#tombstones) return slot;
    return -1;
  }

  firstToExpire(): number {
    return this.#expiries.first;
  }

  random(random: Random): number {
    if (this.size === 0) return -1;
    const slots = this.#keys.length;
    for (let draw = 0; draw < drawsMax; draw += 1) {
      const slot = randomBelow(random, slots);
      if (this.isLive(slot)) return slot;
    }
    let slot = randomBelow(random, slots);
    while (!this.isLive(slot)) slot = (slot + 1) % slots;
    return slot;
  }

  list(range: ListRange, visit: (reference: number) => boolean): void {
    const prefix = latin1(range.prefix, range.prefixStart, range.prefixEnd);
    const after = latin1(range.after, range.afterStart, range.afterEnd);
    const hasStart = after >= prefix && after.length > 0;
    const from = hasStart ? after : prefix;
    // The iterator fills one pair again and again.
    for (const [key, slot] of this.#ordered.entries(from, [])) {
      if (!key.startsWith(prefix)) return;
      if (hasStart && key === after) continue;
      if (!visit(slot)) return;
    }
  }

  scan(cursor: number, count: number, visit: (reference: number) => void): number {
    const end = Math.min(cursor + count, this.#keys.length);
    for (let slot = cursor; slot < end; slot += 1) if (this.isLive(slot)) visit(slot);
    return end === this.#keys.length ? 0 : end;
  }

  #key(reference: number): string {
    const key = this.#keys[reference];
    assert(key !== undefined, 'the reference names no entry');
    return key;
  }

  #value(reference: number): string {
    const value = this.#values[reference];
    assert(value !== undefined, 'the reference names no live entry');
    return value;
  }

  #create(key: string): number {
    const slot = this.#free.pop() ?? this.#keys.length;
    if (slot * rowLength === this.#rows.length) this.#grow();
    this.#rows[slot * rowLength + lengthColumn] = 0;
    this.#keys[slot] = key;
    this.#values[slot] = undefined;
    this.#slots.set(key, slot);
    this.#contentBytes += key.length;
    return slot;
  }

  #revive(slot: number): void {
    this.#tombstones.delete(slot);
    this.#ordered.set(this.#key(slot), slot);
  }

  /** A live entry becomes a tombstone, in all but the ordered index. */
  #dropValue(slot: number): void {
    const lengthAt = slot * rowLength + lengthColumn;
    this.#contentBytes -= this.#rows[lengthAt] ?? 0;
    this.#rows[lengthAt] = 0;
    this.#values[slot] = undefined;
    this.#expiries.set(slot, 0);
    this.#tombstones.add(slot);
  }

  #drop(slot: number): void {
    const key = this.#key(slot);
    this.#contentBytes -= key.length;
    this.#keys[slot] = undefined;
    this.#slots.delete(key);
    this.#free.push(slot);
    if (this.#slots.size === 0) this.#forgetSlots();
  }

  /** An empty table takes no room, however large it once was. */
  #forgetSlots(): void {
    this.#free = [];
    this.#keys = [];
    this.#values = [];
    this.#rows = new Float64Array(0);
  }

  #setVersion(slot: number, version: Version): void {
    const row = slot * rowLength;
    this.#rows[row + wallColumn] = version.wallMs;
    this.#rows[row + sequenceColumn] = version.sequence;
    this.#rows[row + countColumn] = version.counter * originsMax + version.origin;
  }

  #grow(): void {
    const rows = new Float64Array(Math.max(64 * rowLength, this.#rows.length * 2));
    rows.set(this.#rows);
    this.#rows = rows;
  }
}

// The package is CommonJS with a default export of its own: an ES module finds it one floor down.
const BTree = sortedBTree.default;

/** Strings of bytes in the order of the bytes. */
function compareKeys(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  return readLatin1(Buffer.isBuffer(bytes) ? bytes : asBuffer(bytes), start, end);
}

function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
