import { copyBytes } from './copy-words.ts';
import { writeLatin1 } from './latin1.ts';

/**
 * Writes numbers, bytes and text one behind the other, into a buffer that grows and is used again and again.
 * `ByteReader` is its counterpart.
 *
 * A varint is a whole number in groups of seven bits, the low ones first; a set high bit says that another group
 * follows. A difference is a signed number as a varint, zigzag (2d, or −2d − 1 below 0), so that small ones are short
 * either way.
 */
export class ByteWriter {
  #bytes: Buffer = Buffer.allocUnsafeSlow(bufferBytesFirst);
  #view: DataView = viewOf(this.#bytes);
  #end = 0;

  /** Bytes written since the last `take`. */
  get byteLength(): number {
    return this.#end;
  }

  byte(value: number): void {
    if (this.#end === this.#bytes.length) this.#grow(1);
    this.#bytes[this.#end] = value;
    this.#end += 1;
  }

  /** Requires: a whole number from 0 to 2⁵⁶ − 1; readers take no more than 2⁵³ − 1. */
  varint(value: number): void {
    if (this.#end + varintBytesMax > this.#bytes.length) this.#grow(varintBytesMax);
    const bytes = this.#bytes;
    let end = this.#end;
    let rest = value;
    while (rest > 0x7f) {
      bytes[end] = (rest % 0x80) | 0x80;
      end += 1;
      rest = Math.floor(rest / 0x80);
    }
    bytes[end] = rest;
    this.#end = end + 1;
  }

  difference(value: number): void {
    this.varint(value < 0 ? -2 * value - 1 : 2 * value);
  }

  /** The low `count` bytes of a whole number below 2⁴⁸, little-endian. Requires: count ≤ 6. */
  uint(value: number, count: number): void {
    if (this.#end + count > this.#bytes.length) this.#grow(count);
    this.#end = this.#bytes.writeUIntLE(value, this.#end, count);
  }

  /** The length as a varint, then a byte for each character of a string below U+0100. */
  latin1(text: string): void {
    this.varint(text.length);
    if (this.#end + text.length > this.#bytes.length) this.#grow(text.length);
    this.#end += writeLatin1(this.#bytes, text, this.#end);
  }

  /** `source[start … end)` as they are. */
  copy(source: DataView, start: number, end: number): void {
    const count = end - start;
    if (this.#end + count > this.#bytes.length) this.#grow(count);
    copyBytes(source, start, end, this.#view, this.#end);
    this.#end += count;
  }

  /**
   * Lends the buffer to somebody who writes up to `count` bytes from `byteLength` on and then says with `wrote` how
   * many it were.
   */
  reserve(count: number): Buffer {
    if (this.#end + count > this.#bytes.length) this.#grow(count);
    return this.#bytes;
  }

  wrote(count: number): void {
    this.#end += count;
  }

  /** What was written, in an array of its own; the writer begins anew. */
  take(): Uint8Array {
    return new Uint8Array(this.lend());
  }

  /** What was written, lent until the next call; the writer begins anew. */
  lend(): Uint8Array {
    const { buffer, byteOffset } = this.#bytes;
    const lent = new Uint8Array(buffer, byteOffset, this.#end);
    this.clear();
    return lent;
  }

  /** Forgets what was written: for who had it lent from `reserve`. */
  clear(): void {
    // A large buffer stays as long as it is filled, or each of those who fill it would make one.
    const { length } = this.#bytes;
    const isNeeded = length <= bufferBytesKept || this.#end * 4 > length;
    this.#end = 0;
    if (!isNeeded) {
      this.#bytes = Buffer.allocUnsafeSlow(bufferBytesFirst);
      this.#view = viewOf(this.#bytes);
    }
  }

  #grow(count: number): void {
    const bytes = Buffer.allocUnsafeSlow(Math.max(this.#end + count, 2 * this.#bytes.length));
    bytes.set(this.#bytes.subarray(0, this.#end));
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
  }
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

const varintBytesMax = 8;
const bufferBytesFirst = 16_384;
/** Not more than this is kept for somebody who writes little. */
const bufferBytesKept = 1_048_576;
