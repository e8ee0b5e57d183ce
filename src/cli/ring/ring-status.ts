import type { JournalStats } from '../../core/journal/journal.ts';
import { formatHostPort } from '../../core/network.ts';
import { ringShares } from '../../ring/ring-shares.ts';
import type { RingView } from '../../ring/ring-view.ts';
import type { LeaseTerms } from '../../ring/lease-terms.ts';
import type { NodeReport } from '../../ring/server/node-report.ts';
import type { Durability } from '../../ring/server/ring-options.ts';
import type { RingServer } from '../../ring/server/ring-server.ts';
import type { StorageReport } from '../../ring/server/storage-report.ts';

/** What `/status` answers: plain data, for people and programs. Times are wall milliseconds. */
export interface RingStatus {
  readonly atollVersion: string;
  readonly processId: number;
  readonly state: RingState;
  /** What is in the way of being ready. */
  readonly reason: string | null;
  /** The server, once it has loaded what is on its disk. */
  readonly server: RingServerStatus | null;
}

export type RingState = 'loading' | 'waiting' | 'ready' | 'failed' | 'stopping';

export interface RingServerStatus {
  /** The first node of the coordinator; null: this server is it. */
  readonly coordinator: string | null;
  readonly startedAtMs: number;
  readonly nowMs: number;
  readonly durability: Durability;
  /** Where the data is; null: in memory. */
  readonly data: string | null;
  readonly journalFault: string | null;
  readonly leaseMs: number;
  readonly leaseGuardMs: number;
  /** Of the view; 0: the ring is not complete. */
  readonly epoch: number;
  /** All nodes of the ring; those of this server while it is not complete. */
  readonly nodes: readonly RingNodeStatus[];
}

export interface RingNodeStatus {
  readonly id: string;
  readonly at: string;
  /** Of all hashes, those that it owns; 0: the ring is not complete. */
  readonly share: number;
  readonly virtualIds: readonly number[];
  /** Of the nodes of this server; null: it is of another one. */
  readonly here: NodeFigures | null;
}

export interface NodeFigures extends StorageReport {
  readonly clients: number;
  readonly journal: JournalStats | null;
}

export interface RingFacts {
  readonly coordinator: string | undefined;
  readonly terms: LeaseTerms;
  readonly startedAtMs: number;
  readonly nowMs: number;
  readonly data: string | undefined;
  readonly view: RingView | undefined;
}

export async function ringServerStatus(
  server: RingServer,
  facts: RingFacts,
): Promise<RingServerStatus> {
  const reports = await server.inspect();
  const { coordinator, terms, startedAtMs, nowMs, data, view } = facts;
  const shares = view === undefined ? undefined : ringShares(view);
  return {
    coordinator: coordinator ?? null,
    startedAtMs,
    nowMs,
    durability: server.durability,
    data: data ?? null,
    journalFault: reports.find((each) => each.journalFault !== null)?.journalFault ?? null,
    leaseMs: terms.leaseMs,
    leaseGuardMs: terms.guardMs,
    epoch: view?.epoch ?? 0,
    nodes: (view?.nodes ?? server.nodes).map(({ id, at, virtualIds }) => ({
      id,
      at: formatHostPort(at),
      share: shares?.get(id) ?? 0,
      virtualIds,
      here: figuresOf(reports.find(({ storage }) => storage.nodeId === id)),
    })),
  };
}

function figuresOf(report: NodeReport | undefined): NodeFigures | null {
  if (report === undefined) return null;
  const { clients, journal, storage } = report;
  return { ...storage, clients, journal };
}
