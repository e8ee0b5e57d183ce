import type { Clock } from '../../core/clock.ts';

/** A piece of memory that frames are laid into, one behind the other, from 0 to `end`. */
export interface Chunk {
  readonly bytes: Uint8Array;
  end: number;
  messages: number;
  frames: number;
  /** The number of the first message in it. */
  firstSequence: number;
  /** When it was taken, in monotonic time: its oldest message is not older. */
  bornMs: number;
}

/**
 * Chunks that are used again. A fresh array for each write is zeroed by the allocator and cleared away by the
 * collector, which at a few hundred megabytes a second costs more than copying into it.
 */
export class ChunkPool {
  readonly #clock: Clock;
  readonly #free: Chunk[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** An empty chunk that holds `bytes` at least. */
  take(bytes: number): Chunk {
    const free = bytes <= chunkBytes ? this.#free.pop() : undefined;
    const bornMs = this.#clock.monotonicMs();
    if (free === undefined) return newChunk(Math.max(bytes, chunkBytes), bornMs);
    free.end = 0;
    free.messages = 0;
    free.frames = 0;
    free.bornMs = bornMs;
    return free;
  }

  /** Takes a chunk back that nobody uses any more. */
  give(chunk: Chunk): void {
    const isUsual = chunk.bytes.length === chunkBytes;
    if (isUsual && this.#free.length < chunksKept) this.#free.push(chunk);
  }
}

function newChunk(bytes: number, bornMs: number): Chunk {
  // Not from node's shared pool, and not zeroed: only what was laid into it is ever written.
  const memory = new Uint8Array(Buffer.allocUnsafeSlow(bytes).buffer);
  return { bytes: memory, end: 0, messages: 0, frames: 0, firstSequence: 0, bornMs };
}

/** Four batches of the usual 64 KiB with their heads: a write that large keeps the system busy. */
const chunkBytes = 278_528; // 272 KiB
/** About 4 MiB; what a burst took beyond goes back to the collector. */
const chunksKept = 16;
