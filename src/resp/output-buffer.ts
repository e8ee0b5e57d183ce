import { copyBytes, copyWords, wordsBytesMax } from '../core/copy-words.ts';

/** Takes bytes that are to be sent. `core/network.ts`'s Connection is one. */
export interface ByteSink {
  /** As `Connection.write`: false means that the array now belongs to the sink. */
  write(bytes: Uint8Array): boolean;
}

/** The buffer of an idle writer: holds the replies of a batch of small commands. */
const initialBytesDefault = 64 * 1024;
/** A buffer above this is let go of at once, one between only after so many flushes that needed less. */
const keptBytesMax = 4 * 1024 * 1024;
const flushesTooLargeMax = 1_000;
/** A string up to so long is written character by character: cheaper than a native call. */
const loopLengthMax = 64;
/** Bytes are copied one by one up to here, in words up to there, and natively beyond. */
const loopBytesMax = 24;

const carriageReturn = 13;
const lineFeed = 10;

/**
 * Bytes that are about to be sent: one buffer, written from the front, handed over whole and used again.
 *
 * The naive way, a `Buffer` for each piece and `Buffer.concat`, costs several allocations a reply; here
 * there is none. The buffer doubles when it is full and falls back to its first size when it was too
 * large for long, so that one big reply does not hold its memory for ever.
 */
export class OutputBuffer {
  protected bytes: Buffer;
  /** The same memory as `bytes`, for copying in words. */
  #view: DataView;
  /** The last array that was copied from, and a view of it once it was used twice in a row. */
  #source: Uint8Array | undefined;
  #sourceView: DataView | undefined;
  /** The first bytes, as many as were handed over last: replies of one kind have one length, and a view costs 60 ns. */
  #first: Buffer | undefined;
  protected position = 0;
  readonly #bytesMax: number;
  readonly #initialBytes: number;
  #hasOverflowed = false;
  #flushesTooLarge = 0;

  /** Takes at most about `bytesMax` between two flushes; begins with `initialBytes`. */
  constructor(bytesMax: number, initialBytes: number = initialBytesDefault) {
    this.#bytesMax = bytesMax;
    this.#initialBytes = initialBytes;
    this.bytes = Buffer.allocUnsafeSlow(initialBytes);
    this.#view = viewOf(this.bytes);
  }

  /**
   * More was written than the buffer may hold. What it holds is broken: whoever would get it has to be
   * closed, after `reset`.
   */
  get hasOverflowed(): boolean {
    return this.#hasOverflowed;
  }

  /** How many bytes wait to be handed over. */
  get byteLength(): number {
    return this.position;
  }

  /** Hands over everything written so far; does nothing if there is nothing. */
  flushTo(sink: ByteSink): void {
    if (this.position === 0) return;
    if (this.#first?.length !== this.position) this.#first = undefined;
    const bytes = (this.#first ??= this.bytes.subarray(0, this.position));
    this.position = 0;
    const isTaken = sink.write(bytes);
    if (!isTaken) this.#renew();
    else if (this.bytes.length > this.#initialBytes) this.#shrink(bytes.length);
  }

  /** Lets go of a large buffer once it has long been too large: not at once, or it would grow each time. */
  #shrink(usedBytes: number): void {
    const isNeeded = usedBytes * 4 > this.bytes.length && this.bytes.length <= keptBytesMax;
    this.#flushesTooLarge = isNeeded ? 0 : this.#flushesTooLarge + 1;
    if (this.#flushesTooLarge >= flushesTooLargeMax || this.bytes.length > keptBytesMax)
      this.#renew();
  }

  /** Forgets everything. */
  reset(): void {
    this.position = 0;
    this.#hasOverflowed = false;
    if (this.bytes.length > this.#initialBytes) this.#renew();
  }

  #renew(): void {
    this.#flushesTooLarge = 0;
    this.#source = undefined;
    this.#sourceView = undefined;
    this.#replace(Buffer.allocUnsafeSlow(this.#initialBytes));
  }

  #replace(bytes: Buffer): void {
    this.bytes = bytes;
    this.#first = undefined;
    this.#view = viewOf(bytes);
  }

  /** Makes room for `count` more bytes. */
  protected reserve(count: number): void {
    if (this.position + count <= this.bytes.length) return;
    if (this.position + count > this.#bytesMax) {
      // Begin again from the front: who writes need not ask, and memory stays bounded.
      this.#hasOverflowed = true;
      this.position = 0;
      if (count <= this.bytes.length) return;
    }
    let size = this.bytes.length * 2;
    while (size < this.position + count) size *= 2;
    size = Math.min(size, Math.max(this.#bytesMax, this.position + count));
    const grown = Buffer.allocUnsafeSlow(size);
    this.bytes.copy(grown, 0, 0, this.position);
    this.#replace(grown);
  }

  /** `type`, a whole number, CR LF: the head of nearly everything in RESP. */
  protected header(type: number, value: number): void {
    this.reserve(32);
    this.bytes[this.position++] = type;
    this.decimal(value);
    this.lineEnd();
  }

  /** Requires: room. */
  protected lineEnd(): void {
    this.bytes[this.position++] = carriageReturn;
    this.bytes[this.position++] = lineFeed;
  }

  /** The digits of a whole number. Requires: room for 20 bytes. */
  protected decimal(value: number): void {
    const bytes = this.bytes;
    if (value >= 0 && value < 10) {
      bytes[this.position++] = 48 + value;
      return;
    }
    let rest = value;
    if (rest < 0) {
      bytes[this.position++] = 45;
      rest = -rest;
    }
    if (rest > 0x7fff_ffff) {
      this.position += bytes.write(String(rest), this.position, 'latin1');
      return;
    }
    let digits = 1;
    for (let bound = 10; bound <= rest; bound *= 10) digits += 1;
    let at = this.position + digits;
    this.position = at;
    do {
      const quotient = (rest / 10) | 0;
      bytes[--at] = 48 + rest - quotient * 10;
      rest = quotient;
    } while (rest > 0);
  }

  /** Each character is one byte. */
  protected latin1(text: string): void {
    const length = text.length;
    this.reserve(length);
    if (length <= loopLengthMax) {
      const bytes = this.bytes;
      let at = this.position;
      for (let i = 0; i < length; i += 1) bytes[at++] = text.charCodeAt(i);
      this.position = at;
    } else {
      this.position += this.bytes.write(text, this.position, 'latin1');
    }
  }

  /** Writes `text` in UTF-8. Requires: room for `utf8Length(text)`. */
  protected utf8(text: string, byteLength: number): void {
    if (byteLength === text.length) this.latin1(text);
    else this.position += this.bytes.write(text, this.position, 'utf8');
  }

  /** Copies `source[start … end)`. */
  protected copy(source: Uint8Array, start: number, end: number): void {
    const length = end - start;
    this.reserve(length);
    if (length <= loopBytesMax) {
      const bytes = this.bytes;
      let at = this.position;
      for (let i = start; i < end; i += 1) bytes[at++] = source[i] ?? 0;
    } else {
      const view = length <= wordsBytesMax ? this.#viewOfSource(source) : undefined;
      if (view !== undefined) copyWords(view, start, end, this.#view, this.position);
      else if (length === source.length) this.bytes.set(source, this.position);
      else this.bytes.set(source.subarray(start, end), this.position);
    }
    this.position += length;
  }

  /** A view costs more than it saves if it serves one copy only. */
  #viewOfSource(source: Uint8Array): DataView | undefined {
    if (source === this.#source) return (this.#sourceView ??= viewOf(source));
    this.#source = source;
    this.#sourceView = undefined;
    return undefined;
  }

  /** Copies bytes `start` to `end` (excluded) of a view. */
  protected copyView(source: DataView, start: number, end: number): void {
    this.reserve(end - start);
    copyBytes(source, start, end, this.#view, this.position);
    this.position += end - start;
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** How many bytes `text` has in UTF-8. */
export function utf8Length(text: string): number {
  if (text.length > loopLengthMax) return Buffer.byteLength(text);
  for (let i = 0; i < text.length; i += 1) {
    if (text.charCodeAt(i) > 127) return Buffer.byteLength(text);
  }
  return text.length;
}
