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
}

export function reportOf({ table, counters, clock, watches }: Replica): ReplicaReport {
  return {
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
