/**
 * Numbers and strings as they lie in frames: little-endian, strings with their length before them.
 *
 * Plain functions over bytes and a position, because a `DataView` for each frame would cost more than
 * what it reads.
 */
export function readUint16(bytes: Uint8Array, at: number): number {
  return byte(bytes, at) | (byte(bytes, at + 1) << 8);
}

export function writeUint16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
}

export function readUint32(bytes: Uint8Array, at: number): number {
  return (readUint16(bytes, at) | (readUint16(bytes, at + 2) << 16)) >>> 0;
}

export function writeUint32(bytes: Uint8Array, at: number, value: number): void {
  writeUint16(bytes, at, value);
  writeUint16(bytes, at + 2, value >>> 16);
}

/** Of eight bytes; above 2⁵³ the number is not exact, which callers have to refuse. */
export function readUint64(bytes: Uint8Array, at: number): number {
  return readUint32(bytes, at) + readUint32(bytes, at + 4) * 0x1_0000_0000;
}

/** Requires: `value` is a whole number from 0 to 2⁵³ − 1. */
export function writeUint64(bytes: Uint8Array, at: number, value: number): void {
  writeUint32(bytes, at, value >>> 0);
  writeUint32(bytes, at + 4, Math.floor(value / 0x1_0000_0000));
}

/** Bytes that may be kept. (`slice` does not copy if the bytes happen to be a `Buffer`.) */
export function copyOf(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return new Uint8Array(bytes.subarray(start, end));
}

/** Writes the fields of a control frame, which are few and small. */
export class FieldWriter {
  readonly #fields: Uint8Array[] = [];

  uint8(value: number): this {
    return this.raw(Uint8Array.of(value));
  }

  uint16(value: number): this {
    const bytes = new Uint8Array(2);
    writeUint16(bytes, 0, value);
    return this.raw(bytes);
  }

  uint32(value: number): this {
    const bytes = new Uint8Array(4);
    writeUint32(bytes, 0, value);
    return this.raw(bytes);
  }

  uint64(value: number): this {
    const bytes = new Uint8Array(8);
    writeUint64(bytes, 0, value);
    return this.raw(bytes);
  }

  /** UTF-8 behind its length in two bytes. */
  text(value: string): this {
    const bytes = encoder.encode(value);
    return this.uint16(bytes.length).raw(bytes);
  }

  /** As they are: their count is known to the reader. */
  raw(bytes: Uint8Array): this {
    this.#fields.push(bytes);
    return this;
  }

  finish(): Uint8Array {
    const length = this.#fields.reduce((sum, field) => sum + field.length, 0);
    const bytes = new Uint8Array(length);
    let at = 0;
    for (const field of this.#fields) {
      bytes.set(field, at);
      at += field.length;
    }
    return bytes;
  }
}

/**
 * Reads what a stranger wrote. A field that is not whole reads as zero or empty and `isValid` is false from
 * then on, so that the caller asks once, at the end.
 */
export class FieldReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #at: number;
  #isValid = true;

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  get isValid(): boolean {
    return this.#isValid;
  }

  /** Whether every field was whole and nothing is left. */
  get isDone(): boolean {
    return this.#isValid && this.#at === this.#end;
  }

  uint8(): number {
    const at = this.#advance(1);
    return at === undefined ? 0 : byte(this.#bytes, at);
  }

  uint16(): number {
    const at = this.#advance(2);
    return at === undefined ? 0 : readUint16(this.#bytes, at);
  }

  uint32(): number {
    const at = this.#advance(4);
    return at === undefined ? 0 : readUint32(this.#bytes, at);
  }

  uint64(): number {
    const at = this.#advance(8);
    return at === undefined ? 0 : readUint64(this.#bytes, at);
  }

  /** A copy, so that it may be kept. */
  raw(count: number): Uint8Array {
    const at = this.#advance(count);
    return at === undefined ? new Uint8Array(0) : copyOf(this.#bytes, at, at + count);
  }

  /** Bytes that are not UTF-8 make it invalid. */
  text(): string {
    const bytes = this.raw(this.uint16());
    try {
      return decoder.decode(bytes);
    } catch {
      // The decoder's only complaint; told by `isValid`, like every other field that is wrong.
      this.#isValid = false;
      return '';
    }
  }

  #advance(count: number): number | undefined {
    const at = this.#at;
    if (!this.#isValid || at + count > this.#end) {
      this.#isValid = false;
      return undefined;
    }
    this.#at = at + count;
    return at;
  }
}

/** Callers stay within the bytes; the fallback is for the type checker and never a value. */
function byte(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
