import { startSystem, startThreadOfSystem } from '../../actor/start-system.ts';
import type { OnError } from '../../actor/actor-system.ts';
import type { Disk } from '../../core/disk.ts';
import type { Outside } from '../../core/outside.ts';
import type { Threads } from '../../core/threads.ts';
import { geoServerModules, startGeoServer } from '../../geo/server/geo-server.ts';
import { RemoteSyncActor } from '../../geo/server/remote/remote-sync-actor.ts';
import { ServerGateway } from '../../geo/server/home/server-gateway.ts';
import type { Trial } from '../../geo/server/geo-options.ts';
import { plantedBugs } from '../../geo/server/planted-bugs.ts';
import { QueryActor } from '../../geo/server/query/query-actor.ts';
import type { Simulation } from '../simulation.ts';
import type { Durability } from './evidence.ts';
import { probedQueryGateway, type FoundReplica } from './replica-probe.ts';
import type { Abilities } from './temper.ts';

/** What servers can do so far: a seed draws nothing beyond it. */
export const abilities: Abilities = {
  serversMax: 4,
  durabilities: ['fsync', 'interval', 'memory'],
  plantedBugs,
};

/** The port of the actor system of every server; query ports follow it. */
const systemPort = 7_000;

/** The query port of the actor `actor`, from 1 on. */
export function queryPort(actor: number): number {
  return systemPort + actor;
}

export interface BootOptions {
  readonly simulation: Simulation;
  /** The node, which is also the host name. */
  readonly host: string;
  readonly outside: Outside;
  readonly threads: Threads;
  readonly disk: Disk;
  readonly actors: number;
  readonly durability: Durability;
  /** Descriptions of other servers. */
  readonly join: readonly string[];
  /** Mistakes to make. */
  readonly bugs: ReadonlySet<string>;
  /** Bounds of the store, if not the usual ones. */
  readonly bounds: Partial<Omit<Trial, 'bugs'>>;
  /** Told each replica as soon as there is one. */
  readonly onFound: (found: FoundReplica) => void;
  /** Told every error that the server reports. */
  readonly onError: OnError;
}

/** A server that answers. */
export interface BootedServer {
  readonly description: string;
  /** The same in all lives of a data folder. */
  readonly id: string;
  /** Its start read a snapshot. */
  readonly hasLoadedSnapshot: boolean;
  /** Resolves when it has what the servers had that it was to join. */
  readonly joined: Promise<void>;
  readonly readFigures: () => Promise<ServerFigures>;
}

/** What a server tells of itself. */
export interface ServerFigures {
  /** The highest message rate of any ordered pair of its actors. */
  readonly pairRateMax: number;
  /** Writes that its replicas did not take because their stamps were too far ahead. */
  readonly stampsRefused: number;
  /** Searches for the difference to another server. */
  readonly sessions: number;
  /** Entries that were missing though they should have been known. */
  readonly divergences: number;
}

export type BootGeoServer = (options: BootOptions) => Promise<BootedServer>;

/**
 * Starts a geo server, whole, on a node of a simulation: the one place that knows how a server is started.
 * Rejects with what its start rejects with.
 */
export const bootGeoServer: BootGeoServer = async (options) => {
  const { simulation, host, outside, threads, actors, onFound, onError } = options;
  const { disk, durability, join, bugs, bounds } = options;
  // Threads import modules by their URLs; here each server has kinds of its own, which tell of its replicas.
  const kinds = {
    QueryActor,
    QueryGateway: probedQueryGateway(onFound),
    RemoteSyncActor,
    ServerGateway,
  };
  const load = (): Promise<object> => Promise.resolve(kinds);
  const threadEntry = new URL(`sim://geo-server/${host}`);
  simulation.defineThreadEntry(threadEntry, (start, threadOutside) =>
    startThreadOfSystem(start, threadOutside, load),
  );
  const system = await startSystem(
    { outside, threads, threadEntry, load },
    {
      host,
      port: systemPort,
      secret: 'simulated servers trust each other',
      threads: actors + 1,
      modules: geoServerModules,
      onError,
    },
  );
  const queryPorts = Array.from({ length: actors }, (_, index) => queryPort(index + 1));
  const { description, identity, ready, recovery, inspectServer } = await startGeoServer(system, {
    host,
    queryPorts,
    atollVersion: '0.0.0',
    disk: durability === 'memory' ? undefined : disk,
    durability,
    join,
    trial: { bugs: plantedBugs.filter((bug) => bugs.has(bug)), ...bounds },
  });
  return {
    description,
    id: identity.id,
    hasLoadedSnapshot: (recovery?.snapshotRecords ?? 0) > 0,
    joined: ready,
    readFigures: async () => {
      const [{ pairRateMax }, { replica, repairs }] = await Promise.all([
        system.counters(),
        inspectServer(),
      ]);
      const { sessions, divergencesFound: divergences } = repairs;
      return { pairRateMax, stampsRefused: replica.stampsRefused, sessions, divergences };
    },
  };
};
