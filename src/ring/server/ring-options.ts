import type { Durability as JournalDurability } from '../../core/journal/journal.ts';
import { journalLimits, ringLimits } from '../../core/limits.ts';
import { noBugs, type PlantedBugs } from './planted-bugs.ts';

/**
 * When a write counts as kept: `fsync`: when it is on the disk; `interval`: at once, and on the disk within a second;
 * `memory`: at once, and never on a disk.
 */
export type Durability = JournalDurability | 'memory';

/** What tests set otherwise: mistakes to make, and bounds so small that a small ring comes to what large ones do. */
export interface Trial {
  readonly bugs: PlantedBugs;
  readonly leasesMax: number;
  readonly leasesPerClientMax: number;
  readonly writesWaitingMax: number;
  readonly writesWaitingBytesMax: number;
  readonly appliedClientsMax: number;
  readonly appliedPerClientMax: number;
  readonly snapshotLogBytes: number;
  readonly snapshotPackBytes: number;
  readonly packedItemsMax: number;
}

export const noTrial: Trial = {
  ...ringLimits,
  snapshotLogBytes: journalLimits.snapshotLogBytes,
  snapshotPackBytes: journalLimits.snapshotPackBytes,
  bugs: noBugs,
};
