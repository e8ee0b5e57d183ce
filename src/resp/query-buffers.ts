/** So many buffers of so many bytes are kept for the next one who needs one. */
const sparesMax = 16;
const spareBytes = 128 * 1024;

/** A client that has sent a part of a command. */
export interface QueryHolder {
  /** It holds more than others, and all together hold too much: it is to be closed. */
  closeForQuery(): void;
}

/**
 * The memory in which connections keep what they have read of a command that is not there whole yet.
 *
 * A connection holds a buffer only between the two reads that cut a command, so a few serve thousands.
 * They grow with what was received, to at most twice of it, and never because of a declared length.
 *
 * If all hold too much together, room is made by whoever holds the most. Refusing whoever comes last would let
 * a few who send halves of large commands keep everybody else from sending anything that comes in two pieces.
 */
export class QueryBuffers {
  readonly #bytesMax: number;
  readonly #spares: Buffer[] = [];
  readonly #holding: Set<QueryBuffer> = new Set();
  #heldBytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** What all connections hold together. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** More than half of what all may hold together: somebody will be closed for it if this goes on. */
  get isFilling(): boolean {
    return this.#heldBytes > this.#bytesMax / 2;
  }

  /**
   * A buffer for at least `size` bytes that begins with what `buffer` holds, which is given back; undefined if
   * that would be more than all connections together may hold, and no other one holds more.
   */
  grow(buffer: QueryBuffer, size: number): Buffer | undefined {
    const held = buffer.isHolding ? buffer.bytes : undefined;
    const spare = size <= spareBytes ? this.#spares.pop() : undefined;
    const length = spare?.length ?? Math.max(256, size * 2);
    if (!this.#makeRoom(buffer, length)) {
      if (spare !== undefined) this.#spares.push(spare);
      return undefined;
    }
    const grown = spare ?? Buffer.allocUnsafeSlow(length);
    this.#heldBytes += length;
    if (held !== undefined) {
      held.copy(grown, 0, 0, buffer.length);
      this.#release(held);
    }
    this.#holding.add(buffer);
    return grown;
  }

  /** `buffer` gives back what it holds. */
  release(buffer: QueryBuffer): void {
    this.#holding.delete(buffer);
    this.#release(buffer.bytes);
  }

  /** Whether `buffer` may hold `length` bytes. Those who hold more than that may be closed for it. */
  #makeRoom(buffer: QueryBuffer, length: number): boolean {
    const grownBytes = length - buffer.bytes.length;
    while (this.#heldBytes + grownBytes > this.#bytesMax) {
      let largest = buffer;
      let largestBytes = length;
      for (const other of this.#holding) {
        if (other.bytes.length <= largestBytes) continue;
        largest = other;
        largestBytes = other.bytes.length;
      }
      if (largest === buffer) return false;
      largest.dropFirst(Infinity);
      largest.holder.closeForQuery();
    }
    return true;
  }

  #release(held: Buffer): void {
    this.#heldBytes -= held.length;
    if (this.#spares.length >= sparesMax) return;
    if (held.length === spareBytes) this.#spares.push(held);
    else if (held.length > spareBytes / 4) this.#spares.push(Buffer.allocUnsafeSlow(spareBytes));
  }
}

const noBytes = Buffer.alloc(0);

/** What one connection has read and not executed: `bytes[0 … length)`. */
export class QueryBuffer {
  readonly holder: QueryHolder;
  readonly #buffers: QueryBuffers;
  #held: Buffer | undefined;
  #length = 0;

  constructor(buffers: QueryBuffers, holder: QueryHolder) {
    this.#buffers = buffers;
    this.holder = holder;
  }

  get isHolding(): boolean {
    return this.#held !== undefined;
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
      const grown = this.#buffers.grow(this, total);
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
      this.#buffers.release(this);
      this.#held = undefined;
      this.#length = 0;
    } else {
      this.#held.copyWithin(0, count, this.#length);
      this.#length -= count;
    }
  }
}
