/** What happened at a node, for reports. */
export interface StorageCounters {
  hits: number;
  misses: number;
  writes: number;
  leasesGranted: number;
  leasesRefused: number;
  revocations: number;
  /** Leases that were given back because of one. */
  revocationsAnswered: number;
  /** Leases that ran out under a revocation. */
  revocationsMissed: number;
  writesWaited: number;
  /** Writes that were answered from memory: they had been applied. */
  retries: number;
  /** Commands for keys of other nodes. */
  wrongServer: number;
}

export function newCounters(): StorageCounters {
  return {
    hits: 0,
    misses: 0,
    writes: 0,
    leasesGranted: 0,
    leasesRefused: 0,
    revocations: 0,
    revocationsAnswered: 0,
    revocationsMissed: 0,
    writesWaited: 0,
    retries: 0,
    wrongServer: 0,
  };
}
