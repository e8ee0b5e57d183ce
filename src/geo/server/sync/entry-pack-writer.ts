import { ByteWriter } from '../../../core/byte-writer.ts';
import { CachedView } from '../../../core/arena/cached-view.ts';
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
  readonly #out = new ByteWriter();
  readonly #source = new CachedView();
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
    return this.#out.byteLength;
  }

  add(table: Table, reference: number): void {
    const out = this.#out;
    const isLive = table.isLive(reference);
    const expiryMs = isLive ? table.expiryMs(reference) : 0;
    out.byte((isLive ? 0 : tombstoneFlag) | (expiryMs === 0 ? 0 : expiryFlag));
    const keyLength = table.keyLength(reference);
    out.varint(keyLength);
    out.wrote(table.readKey(reference, out.reserve(keyLength), out.byteLength));
    if (isLive) {
      const valueLength = table.valueLength(reference);
      out.varint(valueLength);
      out.wrote(table.readValue(reference, out.reserve(valueLength), out.byteLength));
    }
    table.readVersion(reference, this.#version);
    this.#addVersion(this.#version);
    if (expiryMs !== 0) out.varint(expiryMs);
    this.#count += 1;
  }

  /** Adds a put from where its key and value were read, while all of it is in the cache. */
  addPut(
    bytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    valueStart: number,
    valueEnd: number,
    expiryMs: number,
    version: Version,
  ): void {
    const out = this.#out;
    const view = this.#source.of(bytes);
    out.byte(expiryMs === 0 ? 0 : expiryFlag);
    out.varint(keyEnd - keyStart);
    out.copy(view, keyStart, keyEnd);
    out.varint(valueEnd - valueStart);
    out.copy(view, valueStart, valueEnd);
    this.#addVersion(version);
    if (expiryMs !== 0) out.varint(expiryMs);
    this.#count += 1;
  }

  /** The pack, in an array of its own; the writer begins anew. */
  take(): Uint8Array {
    return new Uint8Array(this.lend());
  }

  /** The pack, lent until the next call; the writer begins anew. */
  lend(): Uint8Array {
    this.#count = 0;
    this.#wallMs = 0;
    this.#packNumbers.clear();
    this.#sequences.length = 0;
    return this.#out.lend();
  }

  #addVersion(version: Version): void {
    const out = this.#out;
    let packNumber = this.#packNumbers.get(version.origin);
    if (packNumber === undefined) {
      packNumber = this.#packNumbers.size;
      this.#packNumbers.set(version.origin, packNumber);
      this.#sequences.push(0);
      out.varint(packNumber);
      out.latin1(this.#origins.uid(version.origin));
    } else {
      out.varint(packNumber);
    }
    out.difference(version.wallMs - this.#wallMs);
    this.#wallMs = version.wallMs;
    out.varint(version.counter);
    out.difference(version.sequence - (this.#sequences[packNumber] ?? 0));
    this.#sequences[packNumber] = version.sequence;
  }
}

export const tombstoneFlag = 1;
export const expiryFlag = 2;
