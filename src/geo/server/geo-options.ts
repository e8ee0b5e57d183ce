import { geoLimits, journalLimits } from '../../core/limits.ts';
import { noBugs, type PlantedBugs } from './planted-bugs.ts';

/**
 * When a write counts as kept: `fsync`: when it is on the disk; `interval`: at once, and on the disk within a second;
 * `memory`: at once, and never on a disk.
 */
export type Durability = 'fsync' | 'interval' | 'memory';

/** A server over all its lives, and in one of them. No two lives have the same. */
export interface ServerIdentity {
  readonly id: string;
  readonly incarnation: number;
}

/** What tests set otherwise: mistakes to make, and bounds so small that a small store comes to what large ones do. */
export interface Trial {
  readonly bugs: PlantedBugs;
  readonly changesHeldMax: number;
  readonly snapshotLogBytes: number;
}

export const noTrial: Trial = {
  bugs: noBugs,
  changesHeldMax: geoLimits.changesHeldMax,
  snapshotLogBytes: journalLimits.snapshotLogBytes,
};
