import type { DiskFile } from '../disk.ts';
import type { Boot } from './boot-counter.ts';
import { segmentName } from './file-names.ts';
import { encodeFileHeader } from './format.ts';
import type { JournalFolder } from './journal-folder.ts';

/** Begins a segment, in which nothing stands yet. With `fsync` each of its appends is a commit. */
export function makeSegment(
  folder: JournalFolder,
  boot: Boot,
  first: number,
  durability: 'fsync' | 'interval',
): Promise<DiskFile> {
  const header = encodeFileHeader({ kind: 'segment', sequence: first, ...boot });
  return folder.makeWhole(segmentName(first), (made) => made.append(header), {
    syncsAppends: durability === 'fsync',
  });
}
