/** Smaller ones are not worth telling apart. */
const bufferBytesMin = 4_096;
/** More is not kept: what a burst needed, and the packs of a start that are on their way. */
const spareBytesMax = 4_194_304; // 4 MiB

/**
 * Buffers that came through a port and go back through it: a buffer that is made, moved to the other thread and left to the
 * collector there costs more than what is in it, because many bytes outside of the heap make the collector mark all of it,
 * again and again, on every thread.
 *
 * Whoever mostly gets returns what it has too much of, with what it posts; whoever mostly posts keeps what comes back. So
 * buffers are where they are needed, whatever goes each way, and none travel for nothing.
 */
export class SpareBuffers {
  /** Smallest first. */
  #spares: ArrayBuffer[] = [];
  #spareBytes = 0;
  /** Buffers that came, less those that left or were forgotten. */
  #surplus = 0;

  /** A buffer of at least `byteCount` bytes, to be posted. */
  take(byteCount: number): ArrayBuffer {
    this.#surplus -= 1;
    const index = this.#spares.findIndex((spare) => spare.byteLength >= byteCount);
    const [spare] = index < 0 ? [] : this.#spares.splice(index, 1);
    if (spare === undefined) return new ArrayBuffer(roundedUp(byteCount));
    this.#spareBytes -= spare.byteLength;
    return spare;
  }

  /** What is to be posted along, because it is missing on the other side. */
  takeSurplus(): ArrayBuffer[] {
    const count = Math.min(this.#surplus, this.#spares.length);
    if (count <= 0) return [];
    this.#surplus -= count;
    // The largest: they are the dearest.
    const returned = this.#spares.splice(-count);
    for (const { byteLength } of returned) this.#spareBytes -= byteLength;
    return returned;
  }

  /** A buffer came, and what was in it is not needed any more. */
  give(buffer: ArrayBuffer): void {
    if (this.#spareBytes + buffer.byteLength > spareBytesMax) return;
    this.#surplus += 1;
    this.#spareBytes += buffer.byteLength;
    const index = this.#spares.findIndex((spare) => spare.byteLength > buffer.byteLength);
    this.#spares.splice(index < 0 ? this.#spares.length : index, 0, buffer);
  }
}

/** Powers of two, so that a buffer fits what comes next although that is a little larger. */
function roundedUp(byteCount: number): number {
  let rounded = bufferBytesMin;
  while (rounded < byteCount) rounded *= 2;
  return rounded;
}
