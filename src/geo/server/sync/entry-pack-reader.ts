import { ByteReader } from '../../../core/byte-reader.ts';
import { AtollError } from '../../../core/errors.ts';
import { clientLimits } from '../../../core/limits.ts';
import { isStampTime } from '../../stamp.ts';
import type { Origins } from '../origins.ts';
import { prefetchKeysMax, type Table, type Version } from '../table.ts';
import { expiryFlag, tombstoneFlag } from './entry-pack-writer.ts';

/**
 * Reads a pack of entries, trusting nothing (`docs/formats/entries.md`). `next` moves to an entry, whose parts
 * are then positions in `bytes` and numbers; nothing is made for it.
 *
 * Entries are read ahead and asked of the table together: found one after the other, each would wait for memory by itself,
 * which takes longer than all the rest of a merge.
 *
 * Throws `FRAME_INVALID` for what no writer writes, when all before it was handed out. A stamp that no clock could have given is
 * not that: the entry is marked, so that the rest of the pack is merged all the same.
 */
export class EntryPackReader {
  readonly bytes: Buffer;
  keyStart = 0;
  keyEnd = 0;
  valueStart = 0;
  valueEnd = 0;
  isTombstone = false;
  /** 0: never. */
  expiryMs = 0;
  /** Whether the stamp and the dot are ones at all. */
  isVersionValid = false;
  readonly version: Version = { wallMs: 0, counter: 0, origin: 0, sequence: 0 };
  readonly #in: ByteReader;
  readonly #origins: Origins;
  readonly #table: Table | undefined;
  readonly #ahead = new EntriesAhead();
  /** How many were read ahead, and which of them is next. */
  #aheadCount = 0;
  #next = 0;
  #fault: AtollError | undefined;
  #wallMs = 0;
  /** By number in the pack: the number of the origin here, and the sequence of its entry before. */
  readonly #originNumbers: number[] = [];
  readonly #sequences: number[] = [];

  /** `table`: the one that each entry will be looked up in. */
  constructor(pack: Uint8Array, origins: Origins, table?: Table) {
    this.#in = new ByteReader(pack, 'a pack of entries');
    this.bytes = this.#in.bytes;
    this.#origins = origins;
    this.#table = table;
  }

  /** Moves to the next entry; false at the end. */
  next(): boolean {
    if (this.#next === this.#aheadCount && !this.#readAhead()) return false;
    const index = this.#next;
    this.#next += 1;
    const { version } = this;
    const { keys, values, flags, expiries, wallTimes, counters, sequences, origins } = this.#ahead;
    this.keyStart = keys[index * 2] ?? 0;
    this.keyEnd = keys[index * 2 + 1] ?? 0;
    this.valueStart = values[index * 2] ?? 0;
    this.valueEnd = values[index * 2 + 1] ?? 0;
    this.isTombstone = ((flags[index] ?? 0) & tombstoneFlag) !== 0;
    this.expiryMs = expiries[index] ?? 0;
    version.wallMs = wallTimes[index] ?? 0;
    version.counter = counters[index] ?? 0;
    version.sequence = sequences[index] ?? 0;
    version.origin = origins[index] ?? 0;
    this.isVersionValid =
      isStampTime(version.wallMs, version.counter) &&
      Number.isSafeInteger(version.sequence) &&
      version.sequence >= 1;
    return true;
  }

  /** Whether there was something. */
  #readAhead(): boolean {
    this.#next = 0;
    this.#aheadCount = 0;
    try {
      while (this.#fault === undefined && this.#aheadCount < prefetchKeysMax && !this.#in.isAtEnd) {
        this.#read(this.#aheadCount);
        this.#aheadCount += 1;
      }
    } catch (error) {
      if (!(error instanceof AtollError)) throw error;
      // It stands behind what was read, and that is whole.
      this.#fault = error;
    }
    if (this.#aheadCount === 0) {
      if (this.#fault !== undefined) throw this.#fault;
      return false;
    }
    if (this.#aheadCount > 1) this.#table?.prefetch(this.bytes, this.#ahead.keys, this.#aheadCount);
    return true;
  }

  #read(index: number): void {
    const source = this.#in;
    const { keys, values, flags, expiries } = this.#ahead;
    const entryFlags = source.byte();
    if (entryFlags > (tombstoneFlag | expiryFlag)) {
      throw source.invalid(`unknown flags ${entryFlags}`);
    }
    flags[index] = entryFlags;
    const keyLength = source.varint();
    if (keyLength === 0 || keyLength > clientLimits.keyBytesMax) {
      throw source.invalid(`a key of ${keyLength} bytes`);
    }
    keys[index * 2] = source.take(keyLength);
    keys[index * 2 + 1] = source.at;
    const valueLength = (entryFlags & tombstoneFlag) === 0 ? source.varint() : 0;
    if (valueLength > clientLimits.valueBytesMax) {
      throw source.invalid(`a value of ${valueLength} bytes`);
    }
    values[index * 2] = source.take(valueLength);
    values[index * 2 + 1] = source.at;
    this.#readVersion(index);
    expiries[index] = (entryFlags & expiryFlag) === 0 ? 0 : source.varint();
  }

  #readVersion(index: number): void {
    const source = this.#in;
    const { wallTimes, counters, sequences, origins } = this.#ahead;
    const packNumber = source.varint();
    if (packNumber === this.#originNumbers.length) {
      this.#originNumbers.push(this.#origins.numberOf(source.latin1('an origin', uidBytesMax)));
      this.#sequences.push(0);
    }
    const origin = this.#originNumbers[packNumber];
    if (origin === undefined) throw source.invalid('an origin that was not named');
    origins[index] = origin;
    this.#wallMs += source.difference();
    wallTimes[index] = this.#wallMs;
    counters[index] = source.varint();
    const sequence = (this.#sequences[packNumber] ?? 0) + source.difference();
    sequences[index] = sequence;
    this.#sequences[packNumber] = sequence;
  }
}

/** Entries that were read ahead, by their parts: numbers of entry `i` at i, pairs at 2i. */
class EntriesAhead {
  readonly keys: Int32Array = new Int32Array(2 * prefetchKeysMax);
  readonly values: Int32Array = new Int32Array(2 * prefetchKeysMax);
  readonly flags: Uint8Array = new Uint8Array(prefetchKeysMax);
  readonly expiries: Float64Array = new Float64Array(prefetchKeysMax);
  readonly wallTimes: Float64Array = new Float64Array(prefetchKeysMax);
  readonly counters: Float64Array = new Float64Array(prefetchKeysMax);
  readonly sequences: Float64Array = new Float64Array(prefetchKeysMax);
  readonly origins: Int32Array = new Int32Array(prefetchKeysMax);
}

/** An address, a slash and a counter. */
const uidBytesMax = 320;
