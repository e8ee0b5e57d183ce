import { ByteReader } from '../../../core/byte-reader.ts';
import { clientLimits } from '../../../core/limits.ts';
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
  readonly #in: ByteReader;
  readonly #origins: Origins;
  #wallMs = 0;
  /** By number in the pack: the number of the origin here, and the sequence of its entry before. */
  readonly #originNumbers: number[] = [];
  readonly #sequences: number[] = [];

  constructor(pack: Uint8Array, origins: Origins) {
    this.#in = new ByteReader(pack, 'a pack of entries');
    this.bytes = this.#in.bytes;
    this.#origins = origins;
  }

  /** Moves to the next entry; false at the end. */
  next(): boolean {
    const source = this.#in;
    if (source.isAtEnd) return false;
    const flags = source.byte();
    if (flags > (tombstoneFlag | expiryFlag)) throw source.invalid(`unknown flags ${flags}`);
    this.isTombstone = (flags & tombstoneFlag) !== 0;
    const keyLength = source.varint();
    if (keyLength === 0 || keyLength > clientLimits.keyBytesMax) {
      throw source.invalid(`a key of ${keyLength} bytes`);
    }
    this.keyStart = source.take(keyLength);
    this.keyEnd = source.at;
    const valueLength = this.isTombstone ? 0 : source.varint();
    if (valueLength > clientLimits.valueBytesMax) {
      throw source.invalid(`a value of ${valueLength} bytes`);
    }
    this.valueStart = source.take(valueLength);
    this.valueEnd = source.at;
    this.#readVersion();
    this.expiryMs = (flags & expiryFlag) === 0 ? 0 : source.varint();
    return true;
  }

  #readVersion(): void {
    const source = this.#in;
    const { version } = this;
    const packNumber = source.varint();
    if (packNumber === this.#originNumbers.length) {
      this.#originNumbers.push(this.#origins.numberOf(source.latin1('an origin', uidBytesMax)));
      this.#sequences.push(0);
    }
    const origin = this.#originNumbers[packNumber];
    if (origin === undefined) throw source.invalid('an origin that was not named');
    this.#wallMs += source.difference();
    version.wallMs = this.#wallMs;
    version.counter = source.varint();
    version.sequence = (this.#sequences[packNumber] ?? 0) + source.difference();
    this.#sequences[packNumber] = version.sequence;
    version.origin = origin;
    this.isVersionValid =
      isStampTime(version.wallMs, version.counter) &&
      Number.isSafeInteger(version.sequence) &&
      version.sequence >= 1;
  }
}

/** An address, a slash and a counter. */
const uidBytesMax = 320;
