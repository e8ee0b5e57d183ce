import { HybridClock } from '../hybrid-clock.ts';
import { geoLimits } from '../../core/limits.ts';

/**
 * Mistakes that a geo server could make and this one does not. The storms of `test/geo-swarm` switch them on, one at a time,
 * and fail if none of their seeds shows them. Nothing else ever passes them.
 */
export const plantedBugs = [
  'acknowledges before durable',
  'confirms before durable',
  'sends before durable',
  'forgets tombstones early',
  'no resend',
  'adopts claims over a gap',
  'merges by arrival',
  'keeps the incarnation',
  'no repair',
  'loses the vector at a restart',
  'clock ignores merges',
  'takes stamps from the future',
] as const;

export type PlantedBug = (typeof plantedBugs)[number];

/** Which of them are switched on: an array, since it goes to other threads. */
export type PlantedBugs = readonly PlantedBug[];

export const noBugs: PlantedBugs = [];

/** The clock of a replica that makes these mistakes. */
export function clockWith(bugs: PlantedBugs): HybridClock {
  const skewMs = bugs.includes('takes stamps from the future') ? Infinity : geoLimits.clockSkewMs;
  return bugs.includes('clock ignores merges')
    ? new DeafClock({ skewMs })
    : new HybridClock({ skewMs });
}

/** Hears of no stamp but its own. */
class DeafClock extends HybridClock {
  override adopt(): void {}
}
