import { assert } from '../assert.ts';
import type { DiskFile } from '../disk.ts';
import { journalLimits } from '../limits.ts';
import { isSameId } from './boot-counter.ts';
import type { Boot } from './boot-counter.ts';
import { snapshotName } from './file-names.ts';
import { crcSeedOf, encodeFileHeader, fileHeaderBytes } from './format.ts';
import { FrameBatch } from './frame-batch.ts';
import { corrupt } from './journal-folder.ts';
import type { JournalFolder } from './journal-folder.ts';
import { forEachRecord, readFrames } from './read-frames.ts';
import type { TakeRecord } from './read-frames.ts';

/**
 * Writes the records of `source` as a snapshot of the journal up to `sequence`, piece by piece: while a piece
 * is on its way to the disk, commits and everything else have their turn. An empty frame ends it, so that
 * one that is cut short is known to be.
 */
export async function fillSnapshot(
  file: DiskFile,
  boot: Boot,
  sequence: number,
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<number> {
  await file.append(encodeFileHeader({ kind: 'snapshot', sequence, ...boot }));
  const crcSeed = crcSeedOf(boot.journalId);
  const batch = new FrameBatch();
  let recordCount = 0;
  let syncedBytes = 0;
  const write = async (): Promise<void> => {
    const sealed = batch.seal(recordCount + 1, 0, crcSeed);
    recordCount += batch.recordCount;
    await file.append(sealed);
    batch.clear();
    if (file.length - syncedBytes < journalLimits.snapshotSyncBytes) return;
    syncedBytes = file.length;
    await file.sync();
  };
  for await (const record of source) {
    assert(record.length <= journalLimits.recordBytesMax, 'a record is larger than one may be');
    batch.add(record, 0, record.length);
    if (batch.length >= journalLimits.snapshotPieceBytes) await write();
  }
  batch.beginFrame();
  await write();
  return recordCount;
}

/**
 * Reads a snapshot to its end. Rejects with `JOURNAL_CORRUPT` if it is not the one of its name, not whole, or
 * if any checksum is wrong. Resolves with how many records it has.
 */
export function verifySnapshot(
  folder: JournalFolder,
  journalId: Uint8Array,
  sequence: number,
  onRead: (bytes: number) => void | Promise<void>,
): Promise<number> {
  return readSnapshot(folder, journalId, sequence, onRead, () => {});
}

/** The same, and hands out the records. Their numbers count within the snapshot. */
export async function readSnapshot(
  folder: JournalFolder,
  journalId: Uint8Array,
  sequence: number,
  onRead: (bytes: number) => void | Promise<void>,
  take: TakeRecord,
): Promise<number> {
  const name = snapshotName(sequence);
  const { file, header } = await folder.openFile(name, 'snapshot');
  try {
    if (header.sequence !== sequence || !isSameId(header.journalId, journalId)) {
      throw corrupt(folder.disk, name, 0, 'the file is of another journal, or was renamed');
    }
    let recordCount = 0;
    let isEnded = false;
    const end = await readFrames({
      file,
      at: fileHeaderBytes,
      crcSeed: crcSeedOf(journalId),
      trustsPayloads: folder.bugs.has('skips the checksum of records'),
      onProgress: onRead,
      visit: (frame) => {
        if (isEnded) return 'expected the end of the file';
        if (frame.firstSequence !== recordCount + 1) {
          return `expected record ${recordCount + 1}, found ${frame.firstSequence}`;
        }
        if (!forEachRecord(frame, 0, take)) return 'the lengths of the records do not add up';
        recordCount += frame.recordCount;
        // The last frame of a piece may be empty only because it is the end.
        isEnded = frame.recordCount === 0;
        return undefined;
      },
    });
    const fault = end.fault ?? (isEnded ? undefined : 'the end of the snapshot is missing');
    if (fault !== undefined) throw corrupt(folder.disk, name, end.at, fault);
    return recordCount;
  } finally {
    await file.close();
  }
}
