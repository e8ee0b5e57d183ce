import type { JournalStats } from '../core/journal/journal.ts';
import { bytesWords, countWords } from './figures.ts';
import { printable } from './terminal-text.ts';

export interface Keeping {
  readonly durability: string;
  /** Where the data is; null: in memory. */
  readonly data: string | null;
  readonly journalFault: string | null;
}

/** How a server keeps what it has, in a line: of a server with several journals, of all together. */
export function keepingText(
  { durability, data, journalFault }: Keeping,
  journals: readonly JournalStats[],
): string {
  if (data === null || journals.length === 0) return 'Durability memory: nothing is on a disk';
  if (journalFault !== null) return `Durability ${durability}: FAILED, ${printable(journalFault)}`;
  const sum = (of: (journal: JournalStats) => number): number =>
    journals.reduce((all, each) => all + of(each), 0);
  const last = Math.max(...journals.map(({ commitMs }) => commitMs));
  const longest = Math.max(...journals.map(({ commitMsMax }) => commitMsMax));
  return (
    `Durability ${durability} in ${printable(data)}: ${countWords(sum((one) => one.commits))} commits, ` +
    `the last in ${last.toFixed(1)} ms, the longest in ${longest.toFixed(1)} ms, ` +
    `${bytesWords(sum((one) => one.pendingBytes))} wait, ` +
    `${bytesWords(sum((one) => one.bytesSinceSnapshot))} since the snapshot`
  );
}
