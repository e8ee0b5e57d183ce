import type { ActorSystem } from '../../actor/actor-system.ts';
import { assert } from '../../core/assert.ts';
import type { Disk } from '../../core/disk.ts';
import { AtollError } from '../../core/errors.ts';
import { parseAddress } from '../../actor/address.ts';
import { formatHostPort } from '../../core/network.ts';
import type { Recovery } from '../../core/journal/open-journal.ts';
import { formatDescription, parseDescription } from './description.ts';
import { noTrial, type Durability, type ServerIdentity, type Trial } from './geo-options.ts';
import type { PortReport } from './query/port-report.ts';
import { QueryGateway } from './query/query-gateway.ts';
import { ServerGateway } from './home/server-gateway.ts';
import type { HomeReport, StartedServer } from './home/started-server.ts';
import type { SnapshotSlices } from './home/store-journal.ts';

export interface GeoServerOptions {
  readonly host: string;
  /** The port of each query actor; 0 takes a free one. */
  readonly queryPorts: readonly number[];
  readonly atollVersion: string;
  /** Where it keeps its data; without it, and with `memory`, nowhere. */
  readonly disk?: Disk | undefined;
  /** Default: `fsync` with a disk. */
  readonly durability?: Durability | undefined;
  /** Descriptions of servers to begin with: any that lives suffices. CMUD §5.2. */
  readonly join?: readonly string[] | undefined;
  /** What to do about a journal that is damaged. Default: refuse to start. */
  readonly onCorrupt?: 'refuse' | 'quarantine' | undefined;
  /**
   * With `quarantine`: records were lost, and there are other servers (their descriptions), which are not to get what is
   * left. The start is rejected with `DATA_INCOMPLETE`; begin with another folder and join them. `id`: who it was.
   */
  readonly onIncomplete?: ((others: readonly string[], id: string) => void) | undefined;
  /** How much of what is on the disk was read. */
  readonly onLoading?: ((doneBytes: number, totalBytes: number) => void) | undefined;
  /** For tests. */
  readonly trial?: Partial<Trial> | undefined;
}

/** A geo server that answers. */
export interface GeoServer {
  /** What another server must know to join this one: JSON, as a string. CMUD §5.2. */
  readonly description: string;
  readonly identity: ServerIdentity;
  readonly durability: Durability;
  readonly systemAddress: string;
  readonly queryPorts: readonly number[];
  /** What was on the disk; undefined without one. */
  readonly recovery: Recovery | undefined;
  /** Resolves when what the servers that it joined had is here: until then reads may miss something. */
  readonly ready: Promise<void>;
  /** Resolves if the other servers do not wait for this one any more: what it has is too old to be taken back. */
  readonly removed: Promise<void>;
  /** Resolves if the disk fails: nothing is written any more. */
  readonly failed: Promise<AtollError>;
  /** The figures of each query port, as they are now. */
  readonly inspect: () => Promise<readonly PortReport[]>;
  /** The figures of the server as a whole: other servers, journal, repair. */
  readonly inspectServer: () => Promise<HomeReport>;
  /** Tombstones wait for the server no more, and it has to start afresh if it comes back. Whether it was a member. */
  readonly forget: (id: string) => boolean;
  /** Everything that it has, for a backup: each key as it is at some moment from now on, with all that was acknowledged before. */
  readonly slices: () => SnapshotSlices;
}

/** The modules that every thread of the system imports for it. */
export const geoServerModules: readonly URL[] = [
  new URL('query/query-gateway.js', import.meta.url),
  new URL('home/server-gateway.js', import.meta.url),
];

/**
 * Starts a geo server: the query actors, each on a thread of its own with its own port (CMUD §3.1), and on thread 0 what is
 * not a query: journal, remote sync. It ends with its system. Rejects with `LISTEN_FAILED`, `USAGE`, and what keeps a journal
 * from being opened.
 *
 * @param system - has one thread more than query actors, `geoServerModules` among its modules, and no actor yet.
 */
export async function startGeoServer(
  system: ActorSystem,
  options: GeoServerOptions,
): Promise<GeoServer> {
  const { host, queryPorts, atollVersion, disk, join = [], onCorrupt, onLoading } = options;
  const durability = options.durability ?? (disk === undefined ? 'memory' : 'fsync');
  assert(system.threadCount > queryPorts.length, 'each query actor has a thread of its own');
  if (disk === undefined && durability !== 'memory') {
    throw new AtollError('USAGE', `durability ${durability} needs a place for the data`);
  }
  const own = parseAddress(system.address);
  assert(own !== undefined, 'a system knows its address');
  const at = formatHostPort(own.at);
  const trial: Trial = { ...noTrial, ...options.trial };
  const gateway = await system.startGateway(ServerGateway, {
    thread: 0,
    options: {
      at,
      durability,
      disk,
      join: join.map((text) => parseDescription(text)),
      onCorrupt,
      onLoading,
      onIncomplete: (others, self) =>
        options.onIncomplete?.(
          others.map((other) => formatDescription(other)),
          self.id,
        ),
      trial,
      startQueryPorts: ({ id, incarnation }, self) =>
        Promise.all(
          queryPorts.map((port, index) =>
            system.startGateway(QueryGateway, {
              thread: index + 1,
              options: {
                host,
                port,
                atollVersion,
                durability,
                origin: `${id}.${incarnation}.${index + 1}`,
                portCount: queryPorts.length,
                home: self,
                bugs: trial.bugs,
              },
            }),
          ),
        ),
    },
  });
  const home = await gateway.started;
  const { inspect, inspectServer } = inspectionOf(system);
  return {
    description: formatDescription({ clusterId: home.clusterId, id: home.identity.id, at }),
    identity: home.identity,
    durability,
    systemAddress: system.address,
    queryPorts: home.queryPorts,
    recovery: home.recovery,
    ready: home.whenReady,
    removed: home.whenRemoved,
    failed: home.whenFailed,
    inspect,
    inspectServer,
    forget: home.forget,
    slices: () => slicesOf(inspect, home),
  };
}

function inspectionOf(system: ActorSystem): Pick<GeoServer, 'inspect' | 'inspectServer'> {
  const reports = async (): Promise<readonly (PortReport | HomeReport)[]> =>
    (await system.inspectGateways()) as readonly (PortReport | HomeReport)[];
  return {
    inspect: async () => (await reports()).filter((report) => report.kind === 'port'),
    inspectServer: async () => {
      const report = (await reports()).find((each) => each.kind === 'server');
      if (report === undefined) throw new AtollError('SYSTEM_CLOSED', 'the server is closed');
      return report;
    },
  };
}

/** Everything, with all that query actors have written by now. */
async function* slicesOf(inspect: GeoServer['inspect'], home: StartedServer): SnapshotSlices {
  const written = (await inspect()).map(({ replica }) => [replica.uid, replica.sequence] as const);
  yield* home.slices(written);
}
