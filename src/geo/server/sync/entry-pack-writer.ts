import type { Origins } from '../origins.ts';
import type { Table, Version } from '../table.ts';

/**
 * Packs entries of a table for another replica, straight from the table into one array of bytes. The bytes are
 * described in `docs/formats/entries.md`.
 *
 * A stamp and a dot take some 30 bytes as they are. Entries of one message were written within moments of each
 * other, mostly by one origin: so times and sequence numbers are differences to the entry before, and an origin is
 * a number after its first use. An entry takes its key, its value, and about eight bytes.
 */
export class EntryPackWriter {
  readonly #origins: Origins;
  #bytes: Buffer = Buffer.allocUnsafeSlow(bufferBytesFirst);
  #end = 0;
  #count = 0;
  #wallMs = 0;
  /** By number of the origin in the table: its number in the pack. */
  readonly #packNumbers: Map<number, number> = new Map();
  /** By number in the pack: the sequence of the entry before. */
  readonly #sequences: number[] = [];
  readonly #version: Version = { wallMs: 0, counter: 0, origin: 0, sequence: 0 };

  constructor(origins: Origins) {
    this.#origins = origins;
  }

  get count(): number {
    return this.#count;
  }

  get byteLength(): number {
    return this.#end;
  }

  add(table: Table, reference: number): void {
    const isLive = table.isLive(reference);
    const keyLength = table.keyLength(reference);
    const valueLength = isLive ? table.valueLength(reference) : 0;
    const expiryMs = isLive ? table.expiryMs(reference) : 0;
    this.#reserve(keyLength + valueLength + overheadBytesMax);
    this.#bytes[this.#end] = (isLive ? 0 : tombstoneFlag) | (expiryMs === 0 ? 0 : expiryFlag);
    this.#end += 1;
    this.#varint(keyLength);
    this.#end += table.readKey(reference, this.#bytes, this.#end);
    if (isLive) {
      this.#varint(valueLength);
      this.#end += table.readValue(reference, this.#bytes, this.#end);
    }
    this.#addVersion(table, reference);
    if (expiryMs !== 0) this.#varint(expiryMs);
    this.#count += 1;
  }

  /** The pack, in an array of its own; the writer begins anew. */
  take(): Uint8Array {
    const pack = new Uint8Array(this.#bytes.subarray(0, this.#end));
    this.#end = 0;
    this.#count = 0;
    this.#wallMs = 0;
    this.#packNumbers.clear();
    this.#sequences.length = 0;
    if (this.#bytes.length > bufferBytesKept)
      this.#bytes = Buffer.allocUnsafeSlow(bufferBytesFirst);
    return pack;
  }

  #addVersion(table: Table, reference: number): void {
    const version = this.#version;
    table.readVersion(reference, version);
    let packNumber = this.#packNumbers.get(version.origin);
    if (packNumber === undefined) {
      packNumber = this.#packNumbers.size;
      this.#packNumbers.set(version.origin, packNumber);
      this.#sequences.push(0);
      this.#varint(packNumber);
      this.#uid(this.#origins.uid(version.origin));
    } else {
      this.#varint(packNumber);
    }
    this.#difference(version.wallMs - this.#wallMs);
    this.#wallMs = version.wallMs;
    this.#varint(version.counter);
    this.#difference(version.sequence - (this.#sequences[packNumber] ?? 0));
    this.#sequences[packNumber] = version.sequence;
  }

  #uid(uid: string): void {
    this.#reserve(uid.length + overheadBytesMax);
    this.#varint(uid.length);
    this.#end += this.#bytes.write(uid, this.#end, 'latin1');
  }

  /** A signed number: zigzag, so that small ones are short either way. */
  #difference(value: number): void {
    this.#varint(value < 0 ? -2 * value - 1 : 2 * value);
  }

  #varint(value: number): void {
    let rest = value;
    while (rest > 0x7f) {
      this.#bytes[this.#end] = (rest % 0x80) | 0x80;
      this.#end += 1;
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes[this.#end] = rest;
    this.#end += 1;
  }

  #reserve(count: number): void {
    const needed = this.#end + count;
    if (needed <= this.#bytes.length) return;
    const bytes = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#bytes.length));
    bytes.set(this.#bytes.subarray(0, this.#end));
    this.#bytes = bytes;
  }
}

export const tombstoneFlag = 1;
export const expiryFlag = 2;
/** Flags and seven numbers of at most eight bytes each. */
const overheadBytesMax = 64;
const bufferBytesFirst = 16_384;
const bufferBytesKept = 1_048_576;
