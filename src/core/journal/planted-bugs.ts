/**
 * Mistakes that a journal could make and this one does not. Tests switch them on, one at a time, and fail if
 * the simulated disk does not show them: a simulation that finds none of them proves nothing. Nothing else
 * ever passes them.
 */
export const plantedBugs = [
  'acknowledges before the sync',
  'does not sync the folder',
  'names a file before its bytes are synced',
  'skips the checksum of records',
  'drops segments before the snapshot is there',
  'does not read a snapshot back',
  'acknowledges after a failed sync',
  'believes a tail that was never synced',
  'cuts at every bad frame',
  'raises the incarnation without a sync',
  'names a snapshot before the log behind it is durable',
] as const;

export type PlantedBug = (typeof plantedBugs)[number];

/** Which of them are switched on. */
export type PlantedBugs = ReadonlySet<PlantedBug>;

export const noBugs: PlantedBugs = new Set();
