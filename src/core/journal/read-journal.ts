import type { Disk } from '../disk.ts';
import { readBoot } from './boot-counter.ts';
import { isTemporary } from './file-names.ts';
import { ignoreFault, JournalFolder } from './journal-folder.ts';
import { bytesToLoad, LoadProgress } from './load-progress.ts';
import { planLoad } from './load-plan.ts';
import { loadPlanned } from './load-records.ts';
import { noBugs } from './planted-bugs.ts';
import type { TakeRecord } from './read-frames.ts';

export interface ReadJournalOptions {
  readonly disk: Disk;
  readonly onProgress: (doneBytes: number, totalBytes: number) => void | Promise<void>;
  /** As for `openJournal`. */
  readonly loadSnapshot: TakeRecord;
  readonly loadRecord: TakeRecord;
}

/**
 * Reads the journal of a folder as a start would, and changes nothing: nobody begins a life with it.
 * Rejects as `openJournal`, also for damage that an older snapshot could stand in for no more. Without a journal, nothing is
 * handed out.
 */
export async function readJournal(options: ReadJournalOptions): Promise<void> {
  const { disk, onProgress, loadSnapshot, loadRecord } = options;
  const lock = await disk.lock();
  try {
    const folder = new JournalFolder(disk, noBugs);
    const names = (await disk.list()).filter((name) => !isTemporary(name));
    const boot = await readBoot(folder, names);
    if (boot === undefined) return;
    const progress = new LoadProgress(await bytesToLoad(disk, names), onProgress);
    const onRead = (at: number): void | Promise<void> => progress.onRead(at);
    const plan = await planLoad(folder, boot.journalId, names, onRead);
    if (plan.fault !== undefined) throw plan.fault;
    await loadPlanned(folder, boot.journalId, plan, { onRead, loadSnapshot, loadRecord });
  } finally {
    await lock.release().catch(ignoreFault);
  }
}
