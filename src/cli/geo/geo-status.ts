import type { MemberStatus } from '../../actor/remote/links-options.ts';
import type { JournalStats } from '../../core/journal/journal.ts';
import { parseDescription } from '../../geo/server/description.ts';
import type { Durability } from '../../geo/server/geo-options.ts';
import type { GeoServer } from '../../geo/server/geo-server.ts';
import type { RepairCounters } from '../../geo/server/remote/remote-sync-life.ts';
import type { MemberReport } from '../../geo/server/remote/server-report.ts';

/** What `/status` answers: plain data, for people and programs. Times are wall milliseconds. */
export interface GeoStatus {
  readonly atollVersion: string;
  readonly processId: number;
  readonly state: GeoState;
  /** What is in the way of being ready. */
  readonly reason: string | null;
  /** The server, once it has loaded what is on its disk. */
  readonly server: ServerStatus | null;
}

export type GeoState = 'loading' | 'joining' | 'ready' | 'failed' | 'removed' | 'stopping';

export interface ServerStatus {
  readonly id: string;
  readonly clusterId: string;
  readonly incarnation: number;
  readonly at: string;
  /** For `--join` of others. */
  readonly description: string;
  readonly startedAtMs: number;
  readonly nowMs: number;
  readonly durability: Durability;
  /** Where the data is; null: in memory. */
  readonly data: string | null;
  readonly ports: readonly PortStatus[];
  readonly members: readonly MemberReport[];
  readonly links: readonly MemberStatus[];
  readonly repairs: RepairCounters;
  readonly journal: JournalStats | null;
  readonly journalFault: string | null;
  readonly tombstones: number;
  /** Ids of the servers that tombstones wait for. */
  readonly tombstonesHeldBy: readonly string[];
  /** How many keys the server had that everything was got from; 0: not known, or there was none. */
  readonly keysThere: number;
  /** Those of every replica here. */
  readonly keysHere: number;
}

export interface PortStatus {
  readonly port: number;
  readonly origin: string;
  readonly keys: number;
  readonly tombstones: number;
  readonly bytes: number;
  readonly clients: number;
  readonly writes: number;
}

export async function serverStatus(
  server: GeoServer,
  facts: { readonly startedAtMs: number; readonly nowMs: number; readonly data: string | null },
): Promise<ServerStatus> {
  const home = await server.inspectServer();
  const ports = (await server.inspect()).map(({ port, clients, replica }): PortStatus => {
    const { uid, keys, tombstones, bytes, writes } = replica;
    return { port, origin: uid, keys, tombstones, bytes, clients, writes };
  });
  // Alone the remote-sync actor has no copy of anything.
  const keyCounts = [
    ...ports.map(({ keys }) => keys),
    ...(home.isAwake ? [home.replica.keys] : []),
  ];
  const { description, identity, durability } = server;
  const { clusterId, at } = parseDescription(description);
  return {
    ...identity,
    clusterId,
    at,
    description,
    ...facts,
    durability,
    ports,
    members: home.members,
    links: home.links,
    repairs: home.repairs,
    journal: home.journal ?? null,
    journalFault: home.journalFault ?? null,
    tombstones: Math.max(home.replica.tombstones, ...ports.map((port) => port.tombstones)),
    tombstonesHeldBy: home.members.filter((one) => one.holdsTombstones).map(({ id }) => id),
    keysThere: home.keysThere,
    keysHere: Math.min(...keyCounts),
  };
}
