import type { Durations } from '../../core/duration-histogram.ts';
import type { StorageCounters } from './storage/counters.ts';
import type { Storage } from './storage/storage.ts';

/** The figures of what a node stores. Plain data. */
export interface StorageReport {
  readonly nodeId: string;
  /** 0: the ring is not complete. */
  readonly epoch: number;
  readonly keys: number;
  /** Of them: lists. */
  readonly lists: number;
  readonly datasetBytes: number;
  readonly leases: number;
  readonly leasedKeys: number;
  /** Clients that have some. */
  readonly leaseHolders: number;
  readonly writesWaiting: number;
  readonly writesWaitingBytes: number;
  /** By `writeWaitBoundsMs`: how long writes waited that do not wait any more. */
  readonly writeWaits: Durations;
  /** How long writes wait yet because of an earlier life. */
  readonly restartWaitMs: number;
  readonly rememberedClients: number;
  readonly rememberedWrites: number;
  readonly counters: StorageCounters;
}

export function storageReport(storage: Storage): StorageReport {
  const { table, keeper, applied } = storage;
  const { leases, waiting } = keeper;
  return {
    nodeId: storage.nodeId,
    epoch: storage.epoch,
    keys: table.size,
    lists: table.listCount,
    datasetBytes: table.byteLength,
    leases: leases.size,
    leasedKeys: leases.keyCount,
    leaseHolders: leases.holderCount,
    writesWaiting: waiting.count,
    writesWaitingBytes: waiting.byteLength,
    writeWaits: keeper.writeWaits.report(),
    restartWaitMs: Math.ceil(keeper.graceMs),
    rememberedClients: applied.clientCount,
    rememberedWrites: applied.replyCount,
    counters: { ...storage.counters },
  };
}
