import { readLatin1 } from '../../../core/latin1.ts';
import type { Reply } from '../../../resp/reply.ts';

/** A view of a value: valid until the table is changed. */
export class Value {
  readonly #bytes: DataView;
  readonly #start: number;
  readonly length: number;

  /** `bytes[start … start + length)`. */
  constructor(bytes: DataView, start: number, length: number) {
    this.#bytes = bytes;
    this.#start = start;
    this.length = length;
  }

  /** Each character is one byte. */
  get text(): string {
    const { buffer, byteOffset } = this.#bytes;
    return readLatin1(Buffer.from(buffer, byteOffset + this.#start, this.length), 0, this.length);
  }

  /** Writes it as a binary-safe string. */
  writeTo(reply: Reply): void {
    reply.bulkView(this.#bytes, this.#start, this.#start + this.length);
  }
}
