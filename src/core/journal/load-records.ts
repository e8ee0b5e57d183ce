import { segmentName } from './file-names.ts';
import { crcSeedOf, fileHeaderBytes } from './format.ts';
import { corrupt } from './journal-folder.ts';
import type { JournalFolder } from './journal-folder.ts';
import type { LoadPlan, SegmentPlan } from './load-plan.ts';
import { forEachRecord, readFrames } from './read-frames.ts';
import type { TakeRecord } from './read-frames.ts';
import { readSnapshot } from './snapshot-file.ts';

/** Who takes what is loaded. */
export interface LoadTakers {
  /**
   * Takes the records of the newest snapshot, in the order in which its source gave them. Bytes are lent for
   * the time of the call; the numbers count within the snapshot.
   */
  readonly loadSnapshot: TakeRecord;
  /** Takes the records behind the snapshot, in order, with their numbers. Called after all of the snapshot's. */
  readonly loadRecord: TakeRecord;
  /** How far the file is read that is being read. Reading waits for what it returns. */
  readonly onRead: (at: number) => void | Promise<void>;
}

/** Hands out what was planned: the second reading, after the first one found it whole. */
export async function loadPlanned(
  folder: JournalFolder,
  journalId: Uint8Array,
  plan: LoadPlan,
  takers: LoadTakers,
): Promise<{ snapshotRecords: number; logRecords: number }> {
  const { loadSnapshot, onRead } = takers;
  const { snapshot } = plan;
  let snapshotRecords = 0;
  if (snapshot !== undefined) {
    snapshotRecords = await readSnapshot(folder, journalId, snapshot, onRead, loadSnapshot);
  }
  const first = (snapshot ?? 0) + 1;
  let next = first;
  for (const segment of plan.segments) {
    next = await loadSegment(folder, segment, crcSeedOf(journalId), next, takers);
  }
  if (next !== plan.nextSequence) {
    throw corrupt(folder.disk, '', 0, 'the files changed while they were read');
  }
  return { snapshotRecords, logRecords: next - first };
}

/** Hands out the records of a segment from number `from` on; resolves with the number after the last. */
async function loadSegment(
  folder: JournalFolder,
  { firstSequence, goodBytes }: SegmentPlan,
  crcSeed: number,
  from: number,
  { onRead, loadRecord }: LoadTakers,
): Promise<number> {
  const file = await folder.disk.open(segmentName(firstSequence));
  let next = from;
  try {
    await readFrames({
      file,
      at: fileHeaderBytes,
      crcSeed,
      trustsPayloads: folder.bugs.has('skips the checksum of records'),
      onProgress: onRead,
      visit: (frame) => {
        if (frame.endsAt > goodBytes) return 'behind what is good';
        const isWhole = forEachRecord(frame, from, loadRecord);
        next = Math.max(next, frame.firstSequence + frame.recordCount);
        return isWhole ? undefined : 'the lengths of the records do not add up';
      },
    });
  } finally {
    await file.close();
  }
  return next;
}
