import { assert } from '../assert.ts';
import { crc32c } from '../crc32c.ts';
import { AtollError } from '../errors.ts';

/**
 * The bytes of journal files (docs/formats/journal.md): each begins with a file header, and frames follow.
 *
 * All checksums begin with the id of the journal, which is random and never leaves the disk. So what a
 * client stores cannot look like a frame of the journal that it is stored in, and what lies on a recycled
 * block cannot be taken for one of ours.
 */
export const fileHeaderBytes = 36;
export const frameHeaderBytes = 36;
/** Before each record: its length. */
export const recordHeaderBytes = 4;

const version = 1;
const fileMagic = 0x4c4a5441; // "ATJL"
const frameMagic = 0x52465441; // "ATFR"

/** `frameMagic` as it lies in a file: what a search for frames looks for. */
export const frameMagicBytes: Uint8Array = Uint8Array.of(0x41, 0x54, 0x46, 0x52);

export const fileKinds = { boot: 0, segment: 1, snapshot: 2 } as const;
export type FileKind = keyof typeof fileKinds;

/** What a file says of itself. */
export interface FileHeader {
  readonly kind: FileKind;
  /** 8 random bytes. */
  readonly journalId: Uint8Array;
  /** Of a segment the number of its first record, of a snapshot that of the last record in it. */
  readonly sequence: number;
  /** The boot that wrote it. */
  readonly incarnation: number;
}

export interface FrameHeader {
  readonly payloadBytes: number;
  /** The number of the frame's first record. Frames without records have the number of the next one. */
  readonly firstSequence: number;
  /** When the frame was written, all records up to this one were durable. */
  readonly durableSequence: number;
  readonly recordCount: number;
  readonly payloadCrc: number;
}

/** What the checksums of a journal begin with. */
export function crcSeedOf(journalId: Uint8Array): number {
  return crc32c(journalId, 0, journalId.length);
}

export function encodeFileHeader({ kind, journalId, sequence, incarnation }: FileHeader): Buffer {
  assert(journalId.length === 8, 'the id of a journal has 8 bytes');
  const bytes = Buffer.alloc(fileHeaderBytes);
  bytes.writeUInt32LE(fileMagic, 0);
  bytes.writeUInt16LE(version, 4);
  bytes.writeUInt16LE(fileKinds[kind], 6);
  bytes.set(journalId, 8);
  writeUint53(bytes, sequence, 16);
  writeUint53(bytes, incarnation, 24);
  bytes.writeUInt32LE(crc32c(bytes, 0, 32), 32);
  return bytes;
}

/**
 * Reads the header at the beginning of a file; undefined if these bytes are none. Throws `JOURNAL_VERSION`
 * if it is one that a later version of Atoll wrote.
 */
export function decodeFileHeader(bytes: Buffer, name: string): FileHeader | undefined {
  if (bytes.length < fileHeaderBytes || bytes.readUInt32LE(0) !== fileMagic) return undefined;
  if (bytes.readUInt32LE(32) !== crc32c(bytes, 0, 32)) return undefined;
  const found = bytes.readUInt16LE(4);
  if (found !== version) {
    throw new AtollError(
      'JOURNAL_VERSION',
      `${name} is of version ${found} of the journal format: expected ${version}`,
    );
  }
  const number = bytes.readUInt16LE(6);
  for (const kind of ['boot', 'segment', 'snapshot'] as const) {
    if (fileKinds[kind] !== number) continue;
    return {
      kind,
      journalId: Uint8Array.from(bytes.subarray(8, 16)),
      sequence: readUint53(bytes, 16),
      incarnation: readUint53(bytes, 24),
    };
  }
  return undefined;
}

/** Writes the header of a frame at `at`. */
export function writeFrameHeader(
  bytes: Buffer,
  at: number,
  header: FrameHeader,
  crcSeed: number,
): void {
  bytes.writeUInt32LE(frameMagic, at);
  bytes.writeUInt32LE(header.payloadBytes, at + 4);
  writeUint53(bytes, header.firstSequence, at + 8);
  writeUint53(bytes, header.durableSequence, at + 16);
  bytes.writeUInt32LE(header.recordCount, at + 24);
  bytes.writeUInt32LE(header.payloadCrc, at + 28);
  bytes.writeUInt32LE(crc32c(bytes, at, at + 32, crcSeed), at + 32);
}

/** Reads the header of a frame at `at`; undefined if these bytes are none. Requires: enough of them. */
export function readFrameHeader(
  bytes: Buffer,
  at: number,
  crcSeed: number,
): FrameHeader | undefined {
  if (bytes.readUInt32LE(at) !== frameMagic) return undefined;
  if (bytes.readUInt32LE(at + 32) !== crc32c(bytes, at, at + 32, crcSeed)) return undefined;
  return {
    payloadBytes: bytes.readUInt32LE(at + 4),
    firstSequence: readUint53(bytes, at + 8),
    durableSequence: readUint53(bytes, at + 16),
    recordCount: bytes.readUInt32LE(at + 24),
    payloadCrc: bytes.readUInt32LE(at + 28),
  };
}

function writeUint53(bytes: Buffer, value: number, at: number): void {
  assert(Number.isSafeInteger(value) && value >= 0, `${value} is not a number of a record`);
  bytes.writeUInt32LE(value >>> 0, at);
  bytes.writeUInt32LE(Math.floor(value / 2 ** 32), at + 4);
}

function readUint53(bytes: Buffer, at: number): number {
  return bytes.readUInt32LE(at) + bytes.readUInt32LE(at + 4) * 2 ** 32;
}
