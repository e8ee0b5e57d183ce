/** So many buffers of so many bytes are kept for the next one who needs one. */
const sparesMax = 16;
const spareBytes = 128 * 1024;

/**
 * The memory in which connections keep what they have read of a command that is not there whole yet.
 *
 * A connection holds a buffer only between the two reads that cut a command, so a few serve thousands.
 * They grow with what was received, to at most twice of it, and never because of a declared length.
 */
export class QueryBuffers {
  readonly #bytesMax: number;
  readonly #spares: Buffer[] = [];
  #heldBytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** What all connections hold together. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /**
   * A buffer for at least `size` bytes that begins with the first `used` bytes of `held`, which is given
   * back; undefined if that would be more than all connections together may hold.
   */
  grow(held: Buffer | undefined, used: number, size: number): Buffer | undefined {
    const spare = size <= spareBytes ? this.#spares.pop() : undefined;
    const length = spare?.length ?? Math.max(256, size * 2);
    if (this.#heldBytes - (held?.length ?? 0) + length > this.#bytesMax) {
      if (spare !== undefined) this.#spares.push(spare);
      return undefined;
    }
    const grown = spare ?? Buffer.allocUnsafeSlow(length);
    this.#heldBytes += length;
    if (held !== undefined) {
      held.copy(grown, 0, 0, used);
      this.release(held);
    }
    return grown;
  }

  release(held: Buffer): void {
    this.#heldBytes -= held.length;
    if (this.#spares.length >= sparesMax) return;
    if (held.length === spareBytes) this.#spares.push(held);
    else if (held.length > spareBytes / 4) this.#spares.push(Buffer.allocUnsafeSlow(spareBytes));
  }
}

const noBytes = Buffer.alloc(0);

/** What one connection has read and not executed: `bytes[0 … length)`. */
export class QueryBuffer {
  readonly #buffers: QueryBuffers;
  #held: Buffer | undefined;
  #length = 0;

  constructor(buffers: QueryBuffers) {
    this.#buffers = buffers;
  }

  get bytes(): Buffer {
    return this.#held ?? noBytes;
  }

  get length(): number {
    return this.#length;
  }

  /** Appends a copy of `source[start … end)`; false if all connections together hold too much. */
  append(source: Buffer, start: number, end: number): boolean {
    const total = this.#length + end - start;
    if (this.#held === undefined || total > this.#held.length) {
      const grown = this.#buffers.grow(this.#held, this.#length, total);
      if (grown === undefined) return false;
      this.#held = grown;
    }
    source.copy(this.#held, this.#length, start, end);
    this.#length = total;
    return true;
  }

  /** Forgets the first `count` bytes; without any left, the memory is given back. */
  dropFirst(count: number): void {
    if (this.#held === undefined) return;
    if (count >= this.#length) {
      this.#buffers.release(this.#held);
      this.#held = undefined;
      this.#length = 0;
    } else {
      this.#held.copyWithin(0, count, this.#length);
      this.#length -= count;
    }
  }
}
