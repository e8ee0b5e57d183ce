import type { DiskFile } from '../disk.ts';
import { crc32c } from '../crc32c.ts';
import { journalLimits } from '../limits.ts';
import { frameHeaderBytes, frameMagicBytes, readFrameHeader, recordHeaderBytes } from './format.ts';
import type { FrameHeader } from './format.ts';

/** A frame whose checksums are right. */
export interface Frame extends FrameHeader {
  /** Where it ends in the file. */
  readonly endsAt: number;
  /** Lent for the time of the call. The payload is `bytes[payloadStart … payloadEnd)`. */
  readonly bytes: Buffer;
  readonly payloadStart: number;
  readonly payloadEnd: number;
}

/** How reading ended: at the end of the file, or at something that is no frame. */
export interface FramesEnd {
  /** Where the last good frame ends. */
  readonly at: number;
  /** What is wrong behind it; undefined if there is nothing behind it. */
  readonly fault: string | undefined;
}

export interface ReadFramesOptions {
  readonly file: DiskFile;
  /** Where the first frame begins. */
  readonly at: number;
  readonly crcSeed: number;
  /** Takes a frame; a text says why it is not the one that was expected, and ends the reading. */
  readonly visit: (frame: Frame) => string | undefined;
  /** After every piece that was read, with the place reached. */
  readonly onProgress?: ((at: number) => void | Promise<void>) | undefined;
  /** Takes payloads with a wrong checksum. Only a test of tests wants that. */
  readonly trustsPayloads?: boolean;
}

/**
 * Reads the frames of a file, one after the other, in pieces of a mebibyte: memory does not grow with the
 * file, and only pieces are waited for, not frames.
 */
export async function readFrames(options: ReadFramesOptions): Promise<FramesEnd> {
  const { file, visit, onProgress, crcSeed, trustsPayloads = false } = options;
  let buffer = pieceOf(file, options.at);
  /** `buffer[0 … filled)` are the bytes of the file from `base` on. */
  let base = options.at;
  let filled = await file.read(base, buffer);
  let next = 0;
  for (;;) {
    const step = nextFrame(buffer, next, filled, base, crcSeed, trustsPayloads);
    if (step.kind === 'frame') {
      const refusal = visit(step.frame);
      if (refusal !== undefined) return { at: base + next, fault: refusal };
      next = step.frame.payloadEnd;
      continue;
    }
    if (step.kind === 'bad') return { at: base + next, fault: step.fault };
    // Not whole: bring what is there to the front, and read on behind it.
    if (step.bytes > buffer.length) {
      const larger = Buffer.allocUnsafe(step.bytes);
      buffer.copy(larger, 0, next, filled);
      buffer = larger;
    } else {
      buffer.copyWithin(0, next, filled);
    }
    base += next;
    filled -= next;
    next = 0;
    const count = await file.read(base + filled, buffer.subarray(filled));
    filled += count;
    await onProgress?.(base);
    if (count > 0) continue;
    if (filled === 0) return { at: base, fault: undefined };
    return { at: base, fault: `the file ends ${step.bytes - filled} bytes too early` };
  }
}

/** Memory for a piece of what is behind `at`: small files are read at once and need no more than they have. */
function pieceOf(file: DiskFile, at: number): Buffer {
  const leftBytes = Math.max(frameHeaderBytes, file.length - at);
  return Buffer.allocUnsafe(Math.min(journalLimits.readBytes, leftBytes));
}

type Step =
  | { readonly kind: 'frame'; readonly frame: Frame }
  | { readonly kind: 'bad'; readonly fault: string }
  /** So many bytes from here on are needed to tell. */
  | { readonly kind: 'needs'; readonly bytes: number };

function nextFrame(
  buffer: Buffer,
  at: number,
  filled: number,
  base: number,
  crcSeed: number,
  trustsPayload: boolean,
): Step {
  if (filled - at < frameHeaderBytes) return { kind: 'needs', bytes: frameHeaderBytes };
  const header = readFrameHeader(buffer, at, crcSeed);
  if (header === undefined) return { kind: 'bad', fault: 'the bytes there are not a frame' };
  // Checked by now, so the length is what we wrote; a bound all the same, for a later version's.
  if (header.payloadBytes > journalLimits.payloadBytesMax) {
    return { kind: 'bad', fault: `a frame of ${header.payloadBytes} bytes is too large` };
  }
  const payloadStart = at + frameHeaderBytes;
  const payloadEnd = payloadStart + header.payloadBytes;
  if (payloadEnd > filled) return { kind: 'needs', bytes: payloadEnd - at };
  const crc = crc32c(buffer, payloadStart, payloadEnd, crcSeed);
  if (crc !== header.payloadCrc && !trustsPayload) {
    return { kind: 'bad', fault: 'the checksum of the records is wrong' };
  }
  const frame = { ...header, endsAt: base + payloadEnd, bytes: buffer, payloadStart, payloadEnd };
  return { kind: 'frame', frame };
}

/** Takes one record, `bytes[start … end)`, lent for the time of the call. */
export type TakeRecord = (bytes: Buffer, start: number, end: number, sequence: number) => void;

/**
 * Hands out the records of a frame from number `from` on. False if the lengths in it do not add up, which a
 * right checksum all but excludes.
 */
export function forEachRecord(frame: Frame, from: number, take: TakeRecord): boolean {
  const { bytes, payloadEnd, firstSequence, recordCount } = frame;
  let at = frame.payloadStart;
  for (let index = 0; index < recordCount; index++) {
    const start = at + recordHeaderBytes;
    if (start > payloadEnd) return false;
    at = start + bytes.readUInt32LE(at);
    if (at > payloadEnd) return false;
    if (firstSequence + index >= from) take(bytes, start, at, firstSequence + index);
  }
  return at === payloadEnd;
}

/**
 * Whether a frame behind `at` says that record `sequence` was durable when it was written. Then what was
 * found instead of that record is not the tail of an unfinished write.
 *
 * Frames are found by their magic and the checksum of their header, at every byte; the bad place may have
 * hidden where the next one begins.
 */
export async function isClaimedDurable(
  file: DiskFile,
  at: number,
  sequence: number,
  crcSeed: number,
): Promise<boolean> {
  const buffer = Buffer.allocUnsafe(journalLimits.readBytes);
  for (let base = at; ;) {
    const filled = await file.read(base, buffer);
    if (filled < frameHeaderBytes) return false;
    const last = filled - frameHeaderBytes;
    const searched = buffer.subarray(0, filled);
    for (let found = searched.indexOf(frameMagicBytes); found >= 0 && found <= last;) {
      const header = readFrameHeader(buffer, found, crcSeed);
      if (header !== undefined && header.durableSequence >= sequence) return true;
      found = searched.indexOf(frameMagicBytes, found + 1);
    }
    base += last + 1;
  }
}
