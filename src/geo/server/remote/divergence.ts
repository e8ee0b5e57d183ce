import { geoLimits } from '../../../core/limits.ts';
import type { VersionVector } from '../../version-vector.ts';
import type { Replica } from '../replica.ts';
import type { EntryPackReader } from '../sync/entry-pack-reader.ts';

/**
 * Whether an entry that was merged just now was missing though everything up to it was known: a bug of ours, which must be
 * loud.
 */
export function isDivergence(
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
