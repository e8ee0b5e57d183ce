import { geoLimits } from '../../../core/limits.ts';
import type { Log } from '../../../core/log.ts';
import type { VersionVector } from '../../version-vector.ts';
import type { Replica } from '../replica.ts';
import type { EntryPackReader } from '../sync/entry-pack-reader.ts';
import type { RepairCounters } from './remote-sync-life.ts';

/** Counts an entry that a repair by `peer` merged just now, and says it loudly, if it should have been here. */
export function noteRepaired(
  entry: EntryPackReader,
  { peer, session }: { readonly peer: string; readonly session: number },
  here: {
    readonly replica: Replica;
    readonly known: VersionVector;
    readonly counters: RepairCounters;
    readonly log: Log;
  },
): void {
  const { replica, counters } = here;
  if (!isDivergence(replica, here.known, entry)) return;
  counters.divergencesFound += 1;
  counters.divergencesRepaired += 1;
  const { origin, sequence } = entry.version;
  const uid = replica.origins.uid(origin);
  here.log.error('divergence repaired', { peer, session, origin: uid, sequence });
}

/**
 * Whether an entry that was merged just now was missing though everything up to it was known: a bug of ours, which must be
 * loud.
 */
function isDivergence(
  { origins, nowMs }: Replica,
  known: VersionVector,
  { version, expiryMs, isTombstone }: EntryPackReader,
): boolean {
  if (!known.covers(origins.uid(version.origin), version.sequence)) return false;
  // A tombstone that all have confirmed is forgotten by one sooner than by another.
  if (isTombstone) return false;
  // Whose time is over is buried by each clock in its own time.
  return expiryMs === 0 || expiryMs > nowMs + 2 * geoLimits.clockSkewMs;
}
