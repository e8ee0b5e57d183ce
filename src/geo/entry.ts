import type { Dot } from './dot.ts';
import type { Stamp } from './stamp.ts';

/**
 * What is known of one key: the outcome of its latest write, as replicas exchange it. In a table the same
 * facts lie in other shapes (`server/table.ts`).
 *
 * Invariant: `stamp.origin` and `dot.origin` are the same: both were given by the actor that took the write.
 */
export type Entry = ValueEntry | TombstoneEntry;

export interface ValueEntry {
  readonly kind: 'value';
  readonly value: Uint8Array;
  /** Wall milliseconds at which the value ends; undefined: never. */
  readonly expiryMs: number | undefined;
  readonly stamp: Stamp;
  readonly dot: Dot;
}

/**
 * The key was deleted, or its value has ended. Kept until every replica knows, or an older value would come
 * back from one that does not.
 */
export interface TombstoneEntry {
  readonly kind: 'tombstone';
  readonly stamp: Stamp;
  readonly dot: Dot;
}

/**
 * The entry as it is at `nowMs`: a value whose time is over is a tombstone of the same write. Each replica
 * finds that out by its own clock, so it is not a write and gets no stamp.
 */
export function entryAt(entry: Entry, nowMs: number): Entry {
  if (entry.kind === 'tombstone' || entry.expiryMs === undefined) return entry;
  if (entry.expiryMs > nowMs) return entry;
  return { kind: 'tombstone', stamp: entry.stamp, dot: entry.dot };
}
