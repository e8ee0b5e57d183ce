import { assert } from '../../core/assert.ts';
import {
  readUint32,
  readUint64,
  readUint16,
  writeUint16,
  writeUint32,
  writeUint64,
} from './fields.ts';

/**
 * What two systems say to each other, in pieces that can be told apart: a length (4 bytes, of what follows),
 * a type (1 byte) and a body. `docs/formats/frames.md` has the bytes of each type and an example.
 */
export const frameTypes = {
  /** Dialler: who I am. */
  hello: 0x01,
  /** Acceptor: who I am; prove who you are. */
  challenge: 0x02,
  /** Dialler: the proof. */
  proof: 0x03,
  /** Acceptor: my proof; go on. */
  welcome: 0x04,
  /** Either: why not. */
  refusal: 0x05,
  /** Either: I end in order. */
  goodbye: 0x06,
  /** Either: I am there; of the dialler also: the number of the next message. */
  heartbeat: 0x07,
  /** Acceptor: the stamp of a heartbeat that came. */
  echo: 0x08,
  /** Dialler: messages for one thread. */
  batch: 0x10,
} as const;

export type FrameType = (typeof frameTypes)[keyof typeof frameTypes];

/** The length does not count itself. */
const lengthBytes = 4;
const headBytes = lengthBytes + 1;
/** Length, type, lane (2 bytes), count (4 bytes), number of the first message (8 bytes). */
export const batchHeadBytes = 19;

/** A whole frame. */
export function encodeFrame(type: FrameType, body: Uint8Array): Uint8Array {
  const frame = new Uint8Array(headBytes + body.length);
  writeUint32(frame, 0, 1 + body.length);
  frame[lengthBytes] = type;
  frame.set(body, headBytes);
  return frame;
}

/** What a batch frame says about its batch. */
export interface BatchHead {
  /** The thread of the receiver that all its messages are for. */
  readonly lane: number;
  /** Messages in the batch. */
  readonly count: number;
  /** The number of the first of them; the others follow. */
  readonly sequence: number;
}

/** Writes a batch frame at `at` and returns where it ends. Requires: there is room. */
export function writeBatchFrame(
  into: Uint8Array,
  at: number,
  head: BatchHead,
  batch: Uint8Array,
): number {
  const end = at + batchHeadBytes + batch.length;
  assert(end <= into.length, 'there is no room for the frame');
  writeUint32(into, at, end - at - lengthBytes);
  into[at + 4] = frameTypes.batch;
  writeUint16(into, at + 5, head.lane);
  writeUint32(into, at + 7, head.count);
  writeUint64(into, at + 11, head.sequence);
  into.set(batch, at + batchHeadBytes);
  return end;
}

/** Of a batch frame's body from `start`: where the batch starts. */
export const batchBodyBytes: number = batchHeadBytes - headBytes;

/** Reads the head of a batch from the body of its frame; undefined if no sender of ours writes such. */
export function readBatchHead(
  bytes: Uint8Array,
  start: number,
  end: number,
): BatchHead | undefined {
  const batchBytes = end - start - batchBodyBytes;
  if (batchBytes < 1) return undefined;
  const lane = readUint16(bytes, start);
  const count = readUint32(bytes, start + 2);
  const sequence = readUint64(bytes, start + 6);
  // Every message takes a byte at least, so a count beyond that is a lie.
  if (count < 1 || count > batchBytes) return undefined;
  if (sequence < 1 || !Number.isSafeInteger(sequence + count)) return undefined;
  return { lane, count, sequence };
}

export interface FrameHandler {
  /**
   * A whole frame came; its body is `bytes[start … end)`, lent for this call. False: no frame is wanted
   * any more, whatever follows.
   */
  onFrame(type: FrameType, bytes: Uint8Array, start: number, end: number): boolean;
}

/**
 * Finds the frames in a stream of bytes that is cut anywhere.
 *
 * A frame that is whole in what came is lent from there. Only one that is not is gathered in a buffer, which
 * grows with what has come and never by what a length promises: 8 MiB are declared in four bytes.
 */
export class FrameParser {
  /** The longest frame that is taken, head included. Small until the peer is known. */
  frameBytesMax: number;
  readonly #handler: FrameHandler;
  #held: Uint8Array = nothing;
  #heldBytes = 0;
  #isStopped = false;

  constructor(handler: FrameHandler, frameBytesMax: number) {
    this.#handler = handler;
    this.frameBytesMax = frameBytesMax;
  }

  /** Takes `bytes[start … end)`. Returns what is wrong with them, if something is; then nothing more is taken. */
  push(bytes: Uint8Array, start: number, end: number): string | undefined {
    let at = start;
    while (at < end && !this.#isStopped) {
      const isWholeHere = this.#heldBytes === 0 && frameEnd(bytes, at, end) <= end;
      if (isWholeHere) {
        const fault = this.#checkHead(bytes, at, end);
        if (fault !== undefined) return this.#stop(fault);
        const next = frameEnd(bytes, at, end);
        this.#handOn(bytes, at, next);
        at = next;
      } else {
        const taken = this.#gather(bytes, at, end);
        const fault = this.#checkHead(this.#held, 0, this.#heldBytes);
        if (fault !== undefined) return this.#stop(fault);
        at += taken;
        if (frameEnd(this.#held, 0, this.#heldBytes) === this.#heldBytes) this.#handOnHeld();
      }
    }
    return undefined;
  }

  /** Copies what belongs to the unfinished frame; of the head first, which tells how much that is. */
  #gather(bytes: Uint8Array, at: number, end: number): number {
    const missing =
      this.#heldBytes < headBytes
        ? headBytes - this.#heldBytes
        : frameEnd(this.#held, 0, this.#heldBytes) - this.#heldBytes;
    const taken = Math.min(missing, end - at);
    this.#reserve(taken, end - at);
    this.#held.set(bytes.subarray(at, at + taken), this.#heldBytes);
    this.#heldBytes += taken;
    return taken;
  }

  /** `arrived` is what has come: the most that may be allocated ahead, besides doubling. */
  #reserve(count: number, arrived: number): void {
    const needed = this.#heldBytes + count;
    if (needed <= this.#held.length) return;
    const room = Math.max(needed, 2 * this.#held.length, this.#heldBytes + arrived);
    const held = new Uint8Array(Math.min(room, this.frameBytesMax));
    held.set(this.#held.subarray(0, this.#heldBytes));
    this.#held = held;
  }

  #handOnHeld(): void {
    const held = this.#held;
    const heldBytes = this.#heldBytes;
    this.#heldBytes = 0;
    this.#handOn(held, 0, heldBytes);
    if (held.length > heldBytesKept) this.#held = nothing;
  }

  #handOn(bytes: Uint8Array, at: number, end: number): void {
    const type = bytes[at + lengthBytes] as FrameType;
    if (!this.#handler.onFrame(type, bytes, at + headBytes, end)) this.#isStopped = true;
  }

  /** Looks at a head as far as it has come. */
  #checkHead(bytes: Uint8Array, at: number, end: number): string | undefined {
    if (end - at < lengthBytes) return undefined;
    const length = readUint32(bytes, at);
    if (length === 0) return 'a frame of length 0';
    if (lengthBytes + length > this.frameBytesMax) {
      return `a frame of ${lengthBytes + length} bytes, where at most ${this.frameBytesMax} are taken`;
    }
    if (end - at < headBytes) return undefined;
    const type = bytes[at + lengthBytes];
    return knownTypes.has(type) ? undefined : `a frame of the unknown type ${type}`;
  }

  #stop(fault: string): string {
    this.#isStopped = true;
    this.#held = nothing;
    return fault;
  }
}

/** Where the frame at `at` ends; infinite as long as its head has not come whole. */
function frameEnd(bytes: Uint8Array, at: number, end: number): number {
  return end - at < headBytes ? Infinity : at + lengthBytes + readUint32(bytes, at);
}

const nothing: Uint8Array = new Uint8Array(0);
/** A buffer that one large frame made larger than this is not kept. */
const heldBytesKept = 262_144;
const knownTypes: ReadonlySet<number | undefined> = new Set(Object.values(frameTypes));
