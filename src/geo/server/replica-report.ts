import type { SyncCounters, Synchronizer } from './sync/synchronizer.ts';
import type { Replica } from './replica.ts';

/** The figures of a replica for operators: plain data. */
export interface ReplicaReport {
  readonly keys: number;
  readonly expiringKeys: number;
  readonly tombstones: number;
  /** What the entries take, about. */
  readonly bytes: number;
  readonly writes: number;
  readonly hits: number;
  readonly misses: number;
  readonly expired: number;
  readonly tombstonesDropped: number;
  readonly stampsRefused: number;
  readonly watchingClients: number;
  readonly changesPushed: number;
  /** Writes of other replicas, by what became of them, and entries sent to them. */
  readonly sync: SyncCounters;
}

export function reportOf(replica: Replica, synchronizer: Synchronizer): ReplicaReport {
  const { table, counters, clock, watches } = replica;
  return {
    sync: { ...synchronizer.counters },
    ...counters,
    keys: table.size,
    expiringKeys: table.expiringCount,
    tombstones: table.tombstoneCount,
    bytes: table.byteLength,
    stampsRefused: clock.refused,
    watchingClients: watches.clientCount,
    changesPushed: watches.pushed,
  };
}
