import type { JournalStats } from '../../core/journal/journal.ts';
import type { PortFigures } from '../../resp/port-figures.ts';
import type { StorageReport } from './storage-report.ts';

/** The figures of a node: what its gateway tells of itself. Plain data. */
export interface NodeReport extends PortFigures {
  readonly kind: 'node';
  readonly storage: StorageReport;
  /** Null: it keeps nothing. */
  readonly journal: JournalStats | null;
  readonly journalFault: string | null;
}
