import { AtollError } from '../../../core/errors.ts';
import { clientLimits } from '../../../core/limits.ts';
import { readLatin1 } from '../../../core/latin1.ts';
import { isStampTime } from '../../stamp.ts';
import type { Origins } from '../origins.ts';
import type { Version } from '../table.ts';
import { expiryFlag, tombstoneFlag } from './entry-pack-writer.ts';

/**
 * Reads a pack of entries, trusting nothing (`docs/formats/entries.md`). `next` moves to an entry, whose parts
 * are then positions in `bytes` and numbers; nothing is made for it.
 *
 * Throws `FRAME_INVALID` for what no writer writes. A stamp that no clock could have given is not that: the entry is
 * marked, so that the rest of the pack is merged all the same.
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
  readonly #origins: Origins;
  #at = 0;
  #wallMs = 0;
  /** By number in the pack: the number of the origin here, and the sequence of its entry before. */
  readonly #originNumbers: number[] = [];
  readonly #sequences: number[] = [];

  constructor(pack: Uint8Array, origins: Origins) {
    this.bytes = Buffer.from(pack.buffer, pack.byteOffset, pack.length);
    this.#origins = origins;
  }

  /** Moves to the next entry; false at the end. */
  next(): boolean {
    if (this.#at === this.bytes.length) return false;
    const flags = this.#byte();
    if (flags > (tombstoneFlag | expiryFlag)) throw invalid(`unknown flags ${flags}`);
    this.isTombstone = (flags & tombstoneFlag) !== 0;
    const keyLength = this.#varint();
    if (keyLength === 0 || keyLength > clientLimits.keyBytesMax) {
      throw invalid(`a key of ${keyLength} bytes`);
    }
    this.keyStart = this.#take(keyLength);
    this.keyEnd = this.#at;
    const valueLength = this.isTombstone ? 0 : this.#varint();
    if (valueLength > clientLimits.valueBytesMax) throw invalid(`a value of ${valueLength} bytes`);
    this.valueStart = this.#take(valueLength);
    this.valueEnd = this.#at;
    this.#readVersion();
    this.expiryMs = (flags & expiryFlag) === 0 ? 0 : this.#varint();
    return true;
  }

  #readVersion(): void {
    const { version } = this;
    const packNumber = this.#varint();
    if (packNumber === this.#originNumbers.length) {
      const length = this.#varint();
      if (length === 0 || length > uidBytesMax) throw invalid(`an origin of ${length} bytes`);
      const start = this.#take(length);
      this.#originNumbers.push(this.#origins.numberOf(readLatin1(this.bytes, start, this.#at)));
      this.#sequences.push(0);
    }
    const origin = this.#originNumbers[packNumber];
    if (origin === undefined) throw invalid('an origin that was not named');
    this.#wallMs += this.#difference();
    version.wallMs = this.#wallMs;
    version.counter = this.#varint();
    version.sequence = (this.#sequences[packNumber] ?? 0) + this.#difference();
    this.#sequences[packNumber] = version.sequence;
    version.origin = origin;
    this.isVersionValid =
      isStampTime(version.wallMs, version.counter) &&
      Number.isSafeInteger(version.sequence) &&
      version.sequence >= 1;
  }

  #difference(): number {
    const value = this.#varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  #varint(): number {
    let byte = this.#byte();
    let value = byte & 0x7f;
    let factor = 0x80;
    while (byte > 0x7f) {
      byte = this.#byte();
      value += (byte & 0x7f) * factor;
      factor *= 0x80;
      if (value > Number.MAX_SAFE_INTEGER) throw invalid('a number above 2⁵³ − 1');
    }
    return value;
  }

  #byte(): number {
    const byte = this.bytes[this.#at];
    if (byte === undefined) throw invalid('an entry that is cut off');
    this.#at += 1;
    return byte;
  }

  #take(length: number): number {
    const at = this.#at;
    if (length > this.bytes.length - at) throw invalid('an entry that is cut off');
    this.#at = at + length;
    return at;
  }
}

function invalid(what: string): AtollError {
  return new AtollError('FRAME_INVALID', `expected a pack of entries, got ${what}`);
}

/** An address, a slash and a counter. */
const uidBytesMax = 320;
