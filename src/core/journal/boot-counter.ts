import { assert } from '../assert.ts';
import {
  bootFile,
  isData,
  segmentName,
  segmentsOf,
  snapshotName,
  snapshotsOf,
} from './file-names.ts';
import { encodeFileHeader, fileHeaderBytes } from './format.ts';
import type { FileHeader } from './format.ts';
import { corrupt, isCorrupt } from './journal-folder.ts';
import type { JournalFolder } from './journal-folder.ts';

/** Who a journal is, and in which life. No two boots have the same pair. */
export interface Boot {
  /** 8 random bytes, drawn when the journal was made. */
  readonly journalId: Uint8Array;
  /** 1 for the first boot, and one more for each. */
  readonly incarnation: number;
}

/** What the boot before left; undefined in an empty folder. Rejects with `JOURNAL_CORRUPT`. */
export async function readBoot(
  folder: JournalFolder,
  names: readonly string[],
): Promise<Boot | undefined> {
  if (!names.includes(bootFile)) {
    const [some] = names.filter(isData);
    if (some === undefined) return undefined;
    throw corrupt(folder.disk, bootFile, 0, `the file is missing, but there is ${some}`);
  }
  const { file, header } = await folder.openFile(bootFile, 'boot');
  await file.close();
  if (file.length !== fileHeaderBytes) {
    throw corrupt(folder.disk, bootFile, fileHeaderBytes, 'expected the end of the file');
  }
  return header;
}

/**
 * Raises the counter, durably, before this boot does anything else: a boot that crashes right after its
 * first stamp must not be followed by one that counts itself the same.
 */
export async function raiseBoot(folder: JournalFolder, boot: Boot): Promise<void> {
  const header = encodeFileHeader({ kind: 'boot', sequence: 0, ...boot });
  if (folder.bugs.has('raises the incarnation without a sync')) {
    const unsafe = await folder.disk.create(bootFile);
    await unsafe.append(header);
    await unsafe.close();
    return;
  }
  const file = await folder.makeWhole(bootFile, (made) => made.append(header));
  await file.close();
}

/**
 * Who the journal was, from the headers of its other files: every boot begins a segment before it hands out
 * its incarnation. Undefined if no header is readable, or they are of two journals.
 */
export async function guessBoot(
  folder: JournalFolder,
  names: readonly string[],
): Promise<Boot | undefined> {
  const headers: FileHeader[] = [];
  const files = [
    ...segmentsOf(names).map((sequence) => ['segment', segmentName(sequence)] as const),
    ...snapshotsOf(names).map((sequence) => ['snapshot', snapshotName(sequence)] as const),
  ];
  for (const [kind, name] of files) {
    try {
      const { file, header } = await folder.openFile(name, kind);
      await file.close();
      headers.push(header);
    } catch (error) {
      if (!isCorrupt(error)) throw error;
    }
  }
  const [first] = headers;
  if (first === undefined) return undefined;
  const isOneJournal = headers.every(({ journalId }) => isSameId(journalId, first.journalId));
  if (!isOneJournal) return undefined;
  const incarnation = Math.max(...headers.map((header) => header.incarnation));
  return { journalId: first.journalId, incarnation };
}

export function isSameId(one: Uint8Array, other: Uint8Array): boolean {
  assert(one.length === other.length, 'ids have one length');
  return one.every((byte, index) => byte === other[index]);
}
