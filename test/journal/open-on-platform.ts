import type { Journal } from '../../src/core/journal/journal.ts';
import { openJournal } from '../../src/core/journal/open-journal.ts';
import type { OpenJournalOptions, Recovery } from '../../src/core/journal/open-journal.ts';
import { openDisk } from '../../src/platform/disk.ts';
import { createOutside } from '../../src/platform/outside.ts';

/** A journal in a real folder, with the records that it had, as text. */
export interface Opened {
  readonly journal: Journal;
  readonly recovery: Recovery;
  readonly records: string[];
}

export async function openOnPlatform(
  folder: string,
  options: Partial<OpenJournalOptions> = {},
): Promise<Opened> {
  const { clock, timers, random } = createOutside();
  const records: string[] = [];
  const take = (bytes: Buffer, start: number, end: number): void => {
    records.push(bytes.toString('utf8', start, end));
  };
  const { journal, recovery } = await openJournal({
    disk: await openDisk(folder),
    clock,
    timers,
    random,
    durability: 'fsync',
    onDurable: () => {},
    onFault: () => {},
    loadSnapshot: take,
    loadRecord: take,
    ...options,
  });
  return { journal, recovery, records };
}
