import type { StorageCounters } from './storage/counters.ts';
import type { Storage } from './storage/storage.ts';

/** The figures of what a node stores. Plain data. */
export interface StorageReport {
  readonly nodeId: string;
  /** 0: the ring is not complete. */
  readonly epoch: number;
  readonly keys: number;
  readonly datasetBytes: number;
  readonly leases: number;
  readonly leasedKeys: number;
  readonly writesWaiting: number;
  readonly writesWaitingBytes: number;
  /** How long writes wait yet because of an earlier life. */
  readonly restartWaitMs: number;
  readonly rememberedClients: number;
  readonly counters: StorageCounters;
}

export function storageReport(storage: Storage): StorageReport {
  const { table, keeper, applied } = storage;
  const { leases, waiting } = keeper;
  return {
    nodeId: storage.nodeId,
    epoch: storage.epoch,
    keys: table.size,
    datasetBytes: table.byteLength,
    leases: leases.size,
    leasedKeys: leases.keyCount,
    writesWaiting: waiting.count,
    writesWaitingBytes: waiting.byteLength,
    restartWaitMs: Math.ceil(keeper.graceMs),
    rememberedClients: applied.clientCount,
    counters: { ...storage.counters },
  };
}
