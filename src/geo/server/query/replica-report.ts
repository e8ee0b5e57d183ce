import type { Durations } from '../../../core/duration-histogram.ts';
import type { QueryExchange } from './query-exchange.ts';
import type { Replica } from '../replica.ts';
import type { SyncCounters } from '../sync/synchronizer.ts';

/** The figures of a replica for operators: plain data. */
export interface ReplicaReport {
  /** In whose name it writes, and how many writes that were. */
  readonly uid: string;
  readonly sequence: number;
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
  /** How late writes of others were seen, by origin. */
  readonly lateness: readonly LatenessReport[];
}

/** By `latenessBoundsMs`. */
export interface LatenessReport extends Durations {
  readonly origin: string;
}

export function reportOf({ replica, synchronizer, lateness }: QueryExchange): ReplicaReport {
  const byServer = lateness.report().map(({ origin, ...histogram }) => {
    return { origin: replica.origins.uid(origin), ...histogram };
  });
  return replicaFigures(replica, synchronizer.counters, byServer);
}

export function replicaFigures(
  replica: Replica,
  syncCounters: SyncCounters,
  lateness: readonly LatenessReport[],
): ReplicaReport {
  const { table, counters, clock, watches } = replica;
  return {
    sync: { ...syncCounters },
    lateness,
    ...counters,
    uid: replica.uid,
    sequence: replica.sequence,
    keys: table.size,
    expiringKeys: table.expiringCount,
    tombstones: table.tombstoneCount,
    bytes: table.byteLength,
    stampsRefused: clock.refused,
    watchingClients: watches.clientCount,
    changesPushed: watches.pushed,
  };
}
