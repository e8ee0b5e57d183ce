import { AtollError } from './errors.ts';
import { readLatin1 } from './latin1.ts';

/**
 * Reads what a `ByteWriter` has written, trusting nothing: nothing beyond the end, no number that is not exact.
 * What is wrong throws `FRAME_INVALID`.
 */
export class ByteReader {
  readonly bytes: Buffer;
  readonly #expected: string;
  #at = 0;

  /** `expected` is what the bytes should be, as faults tell it: `a pack of entries`. */
  constructor(bytes: Uint8Array, expected: string) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#expected = expected;
  }

  /** Where the next part begins. */
  get at(): number {
    return this.#at;
  }

  get isAtEnd(): boolean {
    return this.#at === this.bytes.length;
  }

  byte(): number {
    const byte = this.bytes[this.#at];
    if (byte === undefined) throw this.#cutOff();
    this.#at += 1;
    return byte;
  }

  /** A whole number from 0 to 2⁵³ − 1. */
  varint(): number {
    // Most are one byte: the rest stays out of what is compiled into the callers.
    const first = this.byte();
    return first <= 0x7f ? first : this.#longVarint(first);
  }

  difference(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** A whole number of `count` bytes, little-endian. Requires: count ≤ 6. */
  uint(count: number): number {
    return this.bytes.readUIntLE(this.take(count), count);
  }

  /** Text with its length in front, which is from `lengthMin` to `lengthMax`. */
  latin1(what: string, lengthMax: number, lengthMin = 1): string {
    const length = this.varint();
    if (length < lengthMin || length > lengthMax) throw this.invalid(`${what} of ${length} bytes`);
    const start = this.take(length);
    return readLatin1(this.bytes, start, this.#at);
  }

  /** Moves on by `length` bytes and returns where they begin. */
  take(length: number): number {
    const at = this.#at;
    if (length > this.bytes.length - at) throw this.#cutOff();
    this.#at = at + length;
    return at;
  }

  /** The fault for `what` was read instead of what should be there. */
  invalid(what: string): AtollError {
    return new AtollError('FRAME_INVALID', `expected ${this.#expected}, got ${what}`);
  }

  #longVarint(first: number): number {
    let byte = first;
    let value = first & 0x7f;
    let factor = 0x80;
    while (byte > 0x7f) {
      byte = this.byte();
      value += (byte & 0x7f) * factor;
      factor *= 0x80;
      if (value > Number.MAX_SAFE_INTEGER) throw this.invalid('a number above 2⁵³ − 1');
    }
    return value;
  }

  #cutOff(): AtollError {
    return this.invalid('one that is cut off');
  }
}
