import { copyBytes } from '../../../core/copy-words.ts';
import type { Version } from '../table.ts';
import type { Arena } from '../../../core/arena/arena.ts';
import {
  counterInt,
  entryUnits,
  expiryOrAfterInt,
  keyByte,
  keyLengthInt,
  keyLengthMask,
  largeFlag,
  largeNumberBytes,
  liveFlag,
  originInt,
  placeInt,
  sequenceFloat,
  lengthOrBeforeInt,
  wallFloat,
} from './entry-layout.ts';
import { LargeValues } from './large-values.ts';
import { blockUnitsMax } from '../../../core/arena/size-classes.ts';
import { chunkMask, unitBytes } from '../../../core/arena/units.ts';

/**
 * Entries in blocks of the arena: their making, their moving, their parts. Knows nothing of how they are found.
 *
 * An entry is named by its block. Where a key or a value lies is given as a byte of the view of its chunk
 * (`arena.chunk(entry).view`), because that is what others compare and copy from.
 */
export class Entries {
  readonly #arena: Arena;
  readonly #large = new LargeValues();

  constructor(arena: Arena) {
    this.#arena = arena;
  }

  /** Bytes of values outside the arena. */
  get largeBytes(): number {
    return this.#large.byteLength;
  }

  isLive(entry: number): boolean {
    return (this.#int(entry, keyLengthInt) & liveFlag) !== 0;
  }

  keyLength(entry: number): number {
    return this.#int(entry, keyLengthInt) & keyLengthMask;
  }

  /** Where the key begins in the view of the chunk. */
  keyStart(entry: number): number {
    return (entry & chunkMask) * unitBytes + keyByte;
  }

  valueLength(entry: number): number {
    return this.isLive(entry) ? this.#int(entry, lengthOrBeforeInt) : 0;
  }

  isLarge(entry: number): boolean {
    return (this.#int(entry, keyLengthInt) & largeFlag) !== 0;
  }

  /** The number of the value outside the arena. Requires: it is large. */
  largeNumber(entry: number): number {
    const { view } = this.#arena.chunk(entry);
    return view.getInt32(this.keyStart(entry) + this.keyLength(entry), true);
  }

  /** The value outside the arena, whole. Requires: it is large. */
  largeValue(entry: number): DataView {
    return this.#large.get(this.largeNumber(entry));
  }

  /** What the entry takes, its large value included. */
  bytesOf(entry: number): number {
    const bytes = this.#arena.unitsOf(entry) * unitBytes;
    return this.isLarge(entry) ? bytes + this.largeValue(entry).byteLength : bytes;
  }

  place(entry: number): number {
    return this.#int(entry, placeInt);
  }

  setPlace(entry: number, place: number): void {
    this.#setInt(entry, placeInt, place);
  }

  readVersion(entry: number, target: Version): void {
    const { floats, ints } = this.#arena.chunk(entry);
    const unit = entry & chunkMask;
    target.wallMs = floats[unit + wallFloat] ?? 0;
    target.sequence = floats[unit + sequenceFloat] ?? 0;
    // Integers of a chunk have a sign, these have none.
    target.counter = (ints[(unit << 1) + counterInt] ?? 0) >>> 0;
    target.origin = (ints[(unit << 1) + originInt] ?? 0) >>> 0;
  }

  setVersion(entry: number, version: Version): void {
    const { floats, ints } = this.#arena.chunk(entry);
    const unit = entry & chunkMask;
    floats[unit + wallFloat] = version.wallMs;
    floats[unit + sequenceFloat] = version.sequence;
    ints[(unit << 1) + counterInt] = version.counter;
    ints[(unit << 1) + originInt] = version.origin;
  }

  /** A new live entry without version, place and expiry. */
  create(
    bytes: DataView,
    keyStart: number,
    keyEnd: number,
    valueStart: number,
    valueEnd: number,
  ): number {
    const keyLength = keyEnd - keyStart;
    const units = unitsFor(keyLength, valueEnd - valueStart);
    const entry = this.#arena.allocate(units);
    this.#setInt(entry, keyLengthInt, keyLength);
    this.#setInt(entry, expiryOrAfterInt, 0);
    copyBytes(bytes, keyStart, keyEnd, this.#arena.chunk(entry).view, this.keyStart(entry));
    this.#fill(entry, keyLength, bytes, valueStart, valueEnd);
    return entry;
  }

  /** Gives an entry another value and makes it live. Returns its block, which may be another one. */
  setValue(entry: number, bytes: DataView, valueStart: number, valueEnd: number): number {
    const keyLength = this.keyLength(entry);
    const units = unitsFor(keyLength, valueEnd - valueStart);
    if (this.isLarge(entry)) this.#large.delete(this.largeNumber(entry));
    const moved = this.#fit(entry, units);
    // There a tombstone has a neighbour.
    if (!this.isLive(moved)) this.#setInt(moved, expiryOrAfterInt, 0);
    this.#fill(moved, keyLength, bytes, valueStart, valueEnd);
    return moved;
  }

  /** Takes the value of a live entry away. Returns its block, which may be another one. */
  strip(entry: number): number {
    const keyLength = this.keyLength(entry);
    if (this.isLarge(entry)) this.#large.delete(this.largeNumber(entry));
    const stripped = this.#fit(entry, entryUnits(keyLength));
    this.#setInt(stripped, keyLengthInt, keyLength);
    return stripped;
  }

  /** Gives the block of a tombstone back. */
  drop(entry: number): void {
    this.#arena.free(entry);
  }

  /** Forgets all large values. The arena is cleared by its owner. */
  clear(): void {
    this.#large.clear();
  }

  /** The numbers of large values in use: for tests. */
  audit(): Set<number> {
    return this.#large.audit();
  }

  #int(entry: number, int: number): number {
    return this.#arena.chunk(entry).ints[((entry & chunkMask) << 1) + int] ?? 0;
  }

  #setInt(entry: number, int: number, value: number): void {
    this.#arena.chunk(entry).ints[((entry & chunkMask) << 1) + int] = value;
  }

  /** Moves header and key to a block of so many units, if the entry's own is not one. */
  #fit(entry: number, units: number): number {
    const arena = this.#arena;
    if (arena.isOfClass(entry, units)) return entry;
    const moved = arena.allocate(units);
    const from = this.keyStart(entry) - keyByte;
    const end = from + keyByte + this.keyLength(entry);
    copyBytes(arena.chunk(entry).view, from, end, arena.chunk(moved).view, blockStart(moved));
    arena.free(entry);
    return moved;
  }

  #fill(
    entry: number,
    keyLength: number,
    bytes: DataView,
    valueStart: number,
    valueEnd: number,
  ): void {
    const { ints, view } = this.#arena.chunk(entry);
    const unit = entry & chunkMask;
    const at = unit * unitBytes + keyByte + keyLength;
    const valueLength = valueEnd - valueStart;
    let flags = keyLength | liveFlag;
    if (isLargeValue(keyLength, valueLength)) {
      flags |= largeFlag;
      view.setInt32(at, this.#large.add(bytes, valueStart, valueEnd), true);
    } else {
      copyBytes(bytes, valueStart, valueEnd, view, at);
    }
    ints[(unit << 1) + keyLengthInt] = flags;
    ints[(unit << 1) + lengthOrBeforeInt] = valueLength;
  }
}

function blockStart(block: number): number {
  return (block & chunkMask) * unitBytes;
}

function isLargeValue(keyLength: number, valueLength: number): boolean {
  return entryUnits(keyLength + valueLength) > blockUnitsMax;
}

function unitsFor(keyLength: number, valueLength: number): number {
  const isLarge = isLargeValue(keyLength, valueLength);
  return entryUnits(keyLength + (isLarge ? largeNumberBytes : valueLength));
}
