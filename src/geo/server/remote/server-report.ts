import type { ReplicaReport } from '../query/replica-report.ts';
import { replicaFigures } from '../query/replica-report.ts';
import type { RepairCounters, RemoteSync } from './remote-sync.ts';

/** A server of the cluster as this one sees it. Plain data. */
export interface MemberReport {
  readonly id: string;
  readonly incarnation: number;
  readonly at: string;
  /** `meeting`: linked, and what it lacks is not known yet, or is being sent. */
  readonly state: 'self' | 'up' | 'meeting' | 'away' | 'removed';
  /** How long ago the oldest change was made that it has not confirmed; 0: it has everything. */
  readonly lagMs: number;
  /** Changes that it has not confirmed. */
  readonly dirtyKeys: number;
  /** How far its clock is ahead of ours; undefined: not known. */
  readonly skewMs: number | undefined;
  /** Wall time at which it was last found to have the same; 0: never. */
  readonly equalAtMs: number;
  /** It has not confirmed the tombstone that was buried first. */
  readonly holdsTombstones: boolean;
}

/** The figures of a server beyond its query actors: plain data. */
export interface ServerReport {
  readonly kind: 'server';
  readonly isReady: boolean;
  /** Without another server or a disk there is no copy of the data here. */
  readonly isAwake: boolean;
  /** How many keys the server had that everything is got from; 0: not known. */
  readonly keysThere: number;
  readonly members: readonly MemberReport[];
  readonly repairs: RepairCounters;
  readonly replica: ReplicaReport;
}

export function serverReportOf(exchange: RemoteSync): ServerReport {
  const { isReady, isAwake, keysThere, repairs } = exchange;
  return {
    kind: 'server',
    isReady,
    isAwake,
    keysThere,
    members: exchange.memberReports(),
    repairs: { ...repairs },
    replica: replicaFigures(exchange.replica, exchange.synchronizer.counters, []),
  };
}
