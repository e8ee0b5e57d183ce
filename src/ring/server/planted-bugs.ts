/**
 * Mistakes that a node of the ring could make and this one does not. The storms of `test/ring-swarm` switch them on, one at a
 * time, and fail if none of their seeds shows them. Nothing else ever passes them.
 */
export const plantedBugs = [
  'no guard',
  'grants while revoking',
  'no wait after a restart',
  'applies a retry again',
  'applied requests are not in the journal',
  'revokes one holder only',
  'acknowledges before durable',
  'applies before the last holder answered',
  'revokes after applying',
  'ends leases with their connection',
  'a renewal keeps the old end',
  'forgets the order of waiting writes',
] as const;

export type PlantedBug = (typeof plantedBugs)[number];

/** Which of them are switched on: an array, since it goes to other threads. */
export type PlantedBugs = readonly PlantedBug[];

export const noBugs: PlantedBugs = [];
