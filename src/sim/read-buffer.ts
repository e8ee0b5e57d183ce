/** What a lent array is filled with when its time is over: not zero, not text, not a length. */
const scribble = 0xdb;
/** Bytes are lent from a random place up to here: whoever ignores `start` is found. */
const startMax = 8;

/**
 * The one buffer that all connections of a thread read into, as in production. It is spoilt as soon as the
 * handler has returned, so that a handler which keeps what it was lent is found at once and not by chance.
 */
export class ReadBuffer {
  readonly bytes: Uint8Array;
  readonly capacity: number;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.bytes = new Uint8Array(startMax + capacity).fill(scribble);
  }

  /**
   * Moves the first `count` bytes of `chunks` into the buffer, lends them to `read`, and spoils them.
   * Requires: `chunks` holds as many, and `count` is at most the capacity.
   */
  lend(
    chunks: Uint8Array[],
    count: number,
    fraction: number,
    read: (bytes: Uint8Array, start: number, end: number) => void,
  ): void {
    const start = Math.floor(fraction * startMax);
    const end = start + count;
    let at = start;
    while (at < end) {
      const head = chunks[0];
      if (head === undefined) break;
      const taken = head.length > end - at ? head.subarray(0, end - at) : head;
      this.bytes.set(taken, at);
      at += taken.length;
      if (taken === head) chunks.shift();
      else chunks[0] = head.subarray(taken.length);
    }
    read(this.bytes, start, end);
    this.bytes.fill(scribble, start, end);
  }
}
