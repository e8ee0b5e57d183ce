import { assert } from '../assert.ts';
import { crc32c } from '../crc32c.ts';
import { journalLimits } from '../limits.ts';
import { frameHeaderBytes, recordHeaderBytes, writeFrameHeader } from './format.ts';

/**
 * Records that wait for their write, laid out as they will lie in the file.
 *
 * A record is copied once, to its place; what depends on all of them (lengths, checksums, what is durable)
 * is filled in by `seal`, right before the write. A batch begins a new frame when one is large, so that a
 * reader needs little memory, but is still one write and one sync.
 */
export class FrameBatch {
  #bytes: Buffer = Buffer.allocUnsafe(journalLimits.batchBytesFirst);
  #length = 0;
  #recordCount = 0;
  /** Of each frame: where it begins, and how many records lie before it. */
  #frameStarts: number[] = [];
  #recordsBefore: number[] = [];
  #frameBytesMax: number;

  /** A frame of more bytes than this is closed, and a further record begins another. */
  constructor(frameBytesMax: number = journalLimits.frameBytes) {
    this.#frameBytesMax = frameBytesMax;
  }

  /** Bytes that it will write. */
  get length(): number {
    return this.#length;
  }

  get recordCount(): number {
    return this.#recordCount;
  }

  /** Copies a record. */
  add(record: Uint8Array, start: number, end: number): void {
    const recordBytes = end - start;
    const frameStart = this.#frameStarts.at(-1);
    if (frameStart === undefined || this.#length - frameStart > this.#frameBytesMax) {
      this.beginFrame();
    }
    this.#reserve(recordHeaderBytes + recordBytes);
    const bytes = this.#bytes;
    const at = this.#length;
    bytes[at] = recordBytes;
    bytes[at + 1] = recordBytes >>> 8;
    bytes[at + 2] = recordBytes >>> 16;
    bytes[at + 3] = recordBytes >>> 24;
    bytes.set(
      start === 0 && end === record.length ? record : record.subarray(start, end),
      at + recordHeaderBytes,
    );
    this.#length = at + recordHeaderBytes + recordBytes;
    this.#recordCount++;
  }

  /** The next record begins a frame; without one, an empty frame stays: it says that here is an end. */
  beginFrame(): void {
    this.#reserve(frameHeaderBytes);
    this.#frameStarts.push(this.#length);
    this.#recordsBefore.push(this.#recordCount);
    this.#length += frameHeaderBytes;
  }

  /** The bytes to write, valid until `clear`. `firstSequence` is the number of the first record. */
  seal(firstSequence: number, durableSequence: number, crcSeed: number): Buffer {
    for (const [index, start] of this.#frameStarts.entries()) {
      const end = this.#frameStarts[index + 1] ?? this.#length;
      const before = this.#recordsBefore[index];
      assert(before !== undefined, 'every frame knows what is before it');
      const payloadStart = start + frameHeaderBytes;
      const header = {
        payloadBytes: end - payloadStart,
        firstSequence: firstSequence + before,
        durableSequence,
        recordCount: (this.#recordsBefore[index + 1] ?? this.#recordCount) - before,
        payloadCrc: crc32c(this.#bytes, payloadStart, end, crcSeed),
      };
      writeFrameHeader(this.#bytes, start, header, crcSeed);
    }
    return this.#bytes.subarray(0, this.#length);
  }

  clear(): void {
    this.#length = 0;
    this.#recordCount = 0;
    this.#frameStarts = [];
    this.#recordsBefore = [];
    // A burst makes it large; what comes every day does not need it.
    if (this.#bytes.length > journalLimits.batchBytesKept) {
      this.#bytes = Buffer.allocUnsafe(journalLimits.batchBytesFirst);
    }
  }

  #reserve(byteCount: number): void {
    const needed = this.#length + byteCount;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#bytes.length));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}
