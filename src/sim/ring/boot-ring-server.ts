import { startSystem, startThreadOfSystem } from '../../actor/start-system.ts';
import type { OnError } from '../../actor/actor-system.ts';
import type { HostPort } from '../../core/network.ts';
import type { Outside } from '../../core/outside.ts';
import type { Threads } from '../../core/threads.ts';
import type { LeaseTerms } from '../../ring/lease-terms.ts';
import { plantedBugs } from '../../ring/server/planted-bugs.ts';
import { RingHome } from '../../ring/server/ring-home.ts';
import type { Durability, Trial } from '../../ring/server/ring-options.ts';
import {
  ringServerModules,
  startRingServer,
  type RingServer,
} from '../../ring/server/ring-server.ts';
import type { Storage } from '../../ring/server/storage/storage.ts';
import type { Simulation } from '../simulation.ts';
import { probedStorageGateway } from './storage-probe.ts';

const firstPort = 7_001;

/** The port of a node, from 1 on. */
export function nodePort(node: number): number {
  return firstPort + node - 1;
}

export interface BootOptions {
  readonly simulation: Simulation;
  /** The server, which is also the host name. */
  readonly host: string;
  readonly outside: Outside;
  readonly threads: Threads;
  /** Of each node its places on the ring. */
  readonly virtualIds: readonly (readonly number[])[];
  /** How many servers the ring has. */
  readonly servers: number;
  /** Undefined: this one is it. */
  readonly coordinator: HostPort | undefined;
  readonly durability: Durability;
  readonly terms: LeaseTerms;
  /** Mistakes to make. */
  readonly bugs: ReadonlySet<string>;
  readonly bounds: Partial<Omit<Trial, 'bugs'>>;
  /** Told the storage of each node, from 1 on, when it is loaded and before anybody is heard. */
  readonly onFound: (node: number, storage: Storage) => void;
  readonly onError: OnError;
}

/** Starts a server of the ring, whole, on a host of a simulation: the one place that knows how that is done. */
export async function bootRingServer(options: BootOptions): Promise<RingServer> {
  const { simulation, host, outside, threads, virtualIds, onFound, onError } = options;
  const { servers, coordinator, durability, terms, bugs, bounds } = options;
  // Threads import modules by their URLs; here each server has kinds of its own, which tell of its storages.
  const kinds = { StorageGateway: probedStorageGateway(onFound), RingHome };
  const load = (): Promise<object> => Promise.resolve(kinds);
  const threadEntry = new URL(`sim://ring-server/${host}`);
  simulation.defineThreadEntry(threadEntry, (start, threadOutside) =>
    startThreadOfSystem(start, threadOutside, load),
  );
  const system = await startSystem(
    { outside, threads, threadEntry, load },
    { threads: virtualIds.length + 1, modules: ringServerModules, onError },
  );
  return await startRingServer(system, {
    host,
    ports: virtualIds.map((_, index) => nodePort(index + 1)),
    atollVersion: '0.0.0',
    servers,
    coordinator,
    virtualIds,
    durability,
    folder: durability === 'memory' ? undefined : 'ring',
    terms,
    trial: { bugs: plantedBugs.filter((bug) => bugs.has(bug)), ...bounds },
  });
}
