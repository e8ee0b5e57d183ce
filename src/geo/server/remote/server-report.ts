import type { ReplicaReport } from '../query/replica-report.ts';
import { replicaFigures } from '../query/replica-report.ts';
import type { MemberCard } from './members.ts';
import type { RemotePeer } from './remote-peer.ts';
import type { RemoteSync } from './remote-sync.ts';
import type { RepairCounters } from './remote-sync-life.ts';

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
  const { isAwake, repairs } = exchange;
  const { isReady, keysThere } = exchange.readiness;
  return {
    kind: 'server',
    isReady,
    isAwake,
    keysThere,
    members: memberReports(exchange),
    repairs: { ...repairs },
    replica: replicaFigures(exchange.replica, exchange.synchronizer.counters, []),
  };
}

/** All servers of the cluster, this one first. */
function memberReports(exchange: RemoteSync): MemberReport[] {
  const { cluster, local, identity, nowMs } = exchange;
  const holders = new Set(exchange.confirmations.holders(cluster));
  const reports = cluster.members.cards().map((card): MemberReport => {
    const { id, incarnation, at, isRemoved } = card;
    const remote = cluster.remoteOf(id);
    const feed = remote?.sync.feed('local');
    const claimedMs = feed?.isPlaced === true ? local.claimedMs(feed.acked) : undefined;
    return {
      id,
      incarnation,
      at,
      state: id === identity.id ? 'self' : stateOf(card, remote),
      lagMs: claimedMs === undefined ? 0 : nowMs - claimedMs,
      dirtyKeys: id === identity.id ? 0 : (feed?.pending ?? local.last),
      skewMs: remote?.skewMs,
      equalAtMs: remote?.equalAtMs ?? 0,
      holdsTombstones: !isRemoved && holders.has(id),
    };
  });
  const [self, others] = [true, false].map((isSelf) =>
    reports.filter(({ state }) => (state === 'self') === isSelf),
  );
  return [...(self ?? []), ...(others ?? [])];
}

function stateOf({ isRemoved }: MemberCard, remote: RemotePeer | undefined): MemberReport['state'] {
  if (isRemoved) return 'removed';
  if (remote === undefined || remote.sync.isAway) return 'away';
  return remote.session !== undefined || !remote.sync.hasSpoken ? 'meeting' : 'up';
}
