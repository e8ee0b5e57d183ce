import { assert } from '../../core/assert.ts';
import { batchHeadBytes, writeBatchFrame } from './frame.ts';
import type { Chunk, ChunkPool } from './chunk-pool.ts';

/** What all outboxes of a peer hold together, counted in memory taken and not in bytes used. */
export interface OutboxRoom {
  memoryBytes: number;
  readonly memoryBytesMax: number;
}

export interface OutboxOptions {
  readonly room: OutboxRoom;
  readonly pool: ChunkPool;
  /** Names this numbering among all that this system ever begins. */
  readonly stream: number;
  /** When its life was first told something, in monotonic time. */
  readonly bornMs: number;
}

/**
 * Messages for one life of a peer, as the frames that they will be, waiting to be written.
 *
 * A list of messages or of batches would cost an object for each and copy them again into one buffer for
 * each write. Here a batch is copied once, behind its head, into the last of a list of chunks, and a chunk
 * is written as it stands. What does not fit is dropped, and since the number of a message is taken
 * before, the receiver sees the hole.
 *
 * Invariant: the frames in the chunks are in the order of their numbers, and `sequence` is above all of them.
 */
export class Outbox {
  /** Names this numbering among all that this system ever begins. */
  stream: number;
  readonly bornMs: number;
  /** The oldest has waited too long: nothing more is taken until it has left. */
  isStale = false;
  /** How much of the room it may have for itself. Not all, if its life may well be over. */
  memoryBytesMax: number;
  readonly #room: OutboxRoom;
  readonly #pool: ChunkPool;
  readonly #chunks: Chunk[] = [];
  #last: Chunk | undefined;
  #sequence = 1;
  #memoryBytes = 0;
  #heldBytes = 0;
  #heldMessages = 0;

  constructor({ room, pool, stream, bornMs }: OutboxOptions) {
    this.#room = room;
    this.memoryBytesMax = room.memoryBytesMax;
    this.#pool = pool;
    this.stream = stream;
    this.bornMs = bornMs;
  }

  /** Whether a message has a chance: asked before it is even marshalled. */
  get isTaking(): boolean {
    const { memoryBytes, memoryBytesMax } = this.#room;
    const hasRoom = memoryBytes < memoryBytesMax && this.#memoryBytes < this.memoryBytesMax;
    return hasRoom && !this.isStale;
  }

  get isEmpty(): boolean {
    return this.#last === undefined;
  }

  /** Whether a chunk is as full as it gets, so that waiting would not make the write larger. */
  get hasFullChunk(): boolean {
    return this.#chunks.length > 1;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  get heldMessages(): number {
    return this.#heldMessages;
  }

  /** The number of the message that will leave next: of the oldest held, or of the next told. */
  get nextSequence(): number {
    return this.#chunks[0]?.firstSequence ?? this.#sequence;
  }

  /** When the oldest message came, in monotonic time; undefined if none is held. */
  get oldestMs(): number | undefined {
    return this.#chunks[0]?.bornMs;
  }

  /** Copies a batch of `count` messages; false if there is no room, and its numbers are used up. */
  append(lane: number, batch: Uint8Array, count: number): boolean {
    const frameBytes = batchHeadBytes + batch.length;
    const sequence = this.#sequence;
    this.#sequence += count;
    if (!this.isTaking) return false;
    let chunk = this.#last;
    if (chunk === undefined || chunk.end + frameBytes > chunk.bytes.length) {
      chunk = this.#pool.take(frameBytes);
      chunk.firstSequence = sequence;
      this.#room.memoryBytes += chunk.bytes.length;
      this.#memoryBytes += chunk.bytes.length;
      this.#chunks.push(chunk);
      this.#last = chunk;
    }
    chunk.end = writeBatchFrame(chunk.bytes, chunk.end, { lane, count, sequence }, batch);
    chunk.messages += count;
    chunk.frames += 1;
    this.#heldBytes += frameBytes;
    this.#heldMessages += count;
    return true;
  }

  /** Uses up the numbers of messages that were dropped before they came here. */
  skip(count: number): void {
    this.#sequence += count;
  }

  /** The oldest chunk; it is the caller's now. Requires: not empty. */
  takeChunk(): Chunk {
    const chunk = this.#chunks.shift();
    assert(chunk !== undefined, 'a chunk was taken from an empty outbox');
    if (this.#chunks.length === 0) this.#last = undefined;
    this.#room.memoryBytes -= chunk.bytes.length;
    this.#memoryBytes -= chunk.bytes.length;
    this.#heldBytes -= chunk.end;
    this.#heldMessages -= chunk.messages;
    this.isStale = false;
    return chunk;
  }

  /** Forgets everything held and returns how many messages that were. */
  discard(): number {
    let messages = 0;
    while (!this.isEmpty) {
      const chunk = this.takeChunk();
      messages += chunk.messages;
      this.#pool.give(chunk);
    }
    return messages;
  }
}
