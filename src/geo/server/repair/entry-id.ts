import { clientLimits } from '../../../core/limits.ts';
import { writeLatin1 } from '../../../core/latin1.ts';
import type { Origins } from '../origins.ts';
import type { Table, Version } from '../table.ts';

/**
 * 64 bits that name an entry: a hash of its key, its stamp and the uid of its origin, the same on every server,
 * whatever the number and the place that it has there. The bytes and the steps are in `docs/formats/repair.md`.
 *
 * Value, expiry and whether it is a tombstone stay out: what is written gets a new stamp, and what has ended by itself
 * is the same write everywhere, although not everybody has buried it yet.
 *
 * Two lanes of 32 bits, each a chain of multiplications: not proof against somebody who chooses its input, but a client
 * chooses no stamps, and ids only tell where to look: what is decided is decided by the stamps.
 */
export class EntryIds {
  /** The id of the entry that was read last, in two halves without sign. */
  high = 0;
  low = 0;
  /** Who wrote that entry, and when. */
  readonly version: Version = { wallMs: 0, counter: 0, origin: 0, sequence: 0 };
  /** How many bytes of keys were read. */
  keyBytes = 0;
  readonly #origins: Origins;
  readonly #originHighs: number[] = [];
  readonly #originLows: number[] = [];
  readonly #bytes: Buffer = Buffer.alloc(clientLimits.keyBytesMax + wordBytes);
  readonly #view: DataView;

  constructor(origins: Origins) {
    this.#origins = origins;
    const { buffer, byteOffset, length } = this.#bytes;
    this.#view = new DataView(buffer, byteOffset, length);
  }

  /** Reads the id of an entry. */
  read(table: Table, reference: number): void {
    const { version } = this;
    table.readVersion(reference, version);
    const length = table.readKey(reference, this.#bytes);
    this.keyBytes += length;
    this.#hash(length);
    const wallHigh = Math.floor(version.wallMs / 2 ** 32);
    // The conversion to 32 bits takes the low ones, also of a number that has more.
    const wallLow = version.wallMs | 0;
    let { high, low } = this;
    high = mixHigh(mixHigh(mixHigh(high, wallLow), wallHigh), version.counter);
    low = mixLow(mixLow(mixLow(low, wallLow), wallHigh), version.counter);
    if (version.origin >= this.#originHighs.length) this.#hashOrigins();
    this.high = finish(mixHigh(high, this.#originHighs[version.origin] ?? 0));
    this.low = finish(mixLow(low, this.#originLows[version.origin] ?? 0));
  }

  /** Hashes the uids that came since the last time. */
  #hashOrigins(): void {
    const { high, low } = this;
    for (let number = this.#originHighs.length; number < this.#origins.size; number += 1) {
      this.#hash(writeLatin1(this.#bytes, this.#origins.uid(number), 0));
      this.#originHighs.push(this.high);
      this.#originLows.push(this.low);
    }
    this.high = high;
    this.low = low;
  }

  /** The first `length` bytes of the buffer, as the unfinished lanes. */
  #hash(length: number): void {
    const view = this.#view;
    // The last word is filled up with zeroes; the length tells two such words apart.
    view.setInt32(length, 0);
    let high = mixHigh(seedHigh, length);
    let low = mixLow(seedLow, length);
    for (let at = 0; at < length; at += wordBytes) {
      const word = view.getInt32(at, true);
      high = mixHigh(high, word);
      low = mixLow(low, word);
    }
    this.high = high;
    this.low = low;
  }
}

/** One word into a lane. Another word gives another lane, so keys that differ in one word never collide. */
function mixHigh(lane: number, word: number): number {
  const mixed = Math.imul(lane ^ word, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}

function mixLow(lane: number, word: number): number {
  const mixed = Math.imul(lane ^ word, 0xc2b2ae3d);
  return mixed ^ (mixed >>> 13);
}

/** The last step of MurmurHash3: every bit of the lane moves every bit of the result. */
function finish(lane: number): number {
  let mixed = lane ^ (lane >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

const wordBytes = 4;
const seedHigh = 0x165667b1;
const seedLow = 0x27d4eb2f;

/** Bytes of a key that a slice of work reckons with: much longer keys make it shorter. */
export const keyBytesUsual = 64;
