import assert from 'node:assert/strict';

import type { ActorSystem } from '../../src/actor/actor-system.ts';
import type { ThreadCounters } from '../../src/actor/counters.ts';
import { GeoClient } from '../../src/geo/client/client.ts';
import { FixedRouter } from '../../src/geo/client/fixed-router.ts';
import type { GeoStore } from '../../src/geo/client/geo-store.ts';
import type { Durability } from '../../src/geo/server/geo-options.ts';
import { startGeoServer, type GeoServer } from '../../src/geo/server/geo-server.ts';
import { QueryActor } from '../../src/geo/server/query/query-actor.ts';
import { QueryGateway } from '../../src/geo/server/query/query-gateway.ts';
import { RemoteSyncActor } from '../../src/geo/server/remote/remote-sync-actor.ts';
import { ServerGateway } from '../../src/geo/server/home/server-gateway.ts';
import { Simulation } from '../../src/sim/simulation.ts';
import { startSimSystem } from '../actor/sim-system.ts';

const kinds = { QueryActor, QueryGateway, RemoteSyncActor, ServerGateway };
/** Of the actor system of every server; query ports follow it. */
const systemPort = 7_000;

export interface GeoNetOptions {
  readonly servers?: number;
  /** Query actors of each server. */
  readonly actors?: number;
  /** Between two servers, one way. Clients are near. */
  readonly latencyMs?: number;
  readonly durability?: Durability;
  readonly seed?: number;
  /** How long chains of promises are followed between two events. Fewer are faster. */
  readonly promiseTicks?: number;
}

/** A server of the net in its present life. */
export interface NetServer {
  readonly name: string;
  readonly system: ActorSystem;
  readonly server: GeoServer;
  /** A client of each query actor. */
  readonly stores: readonly GeoStore[];
}

export interface StartNetServerOptions {
  readonly join?: readonly string[];
  readonly actors?: number;
  /** How long a start may take; it is over when its ports are open. */
  readonly withinMs?: number;
}

/** Geo servers s1, s2, … on hosts of a simulation, linked with each other, and clients beside them. */
export class GeoNet {
  readonly simulation: Simulation;
  readonly #options: Required<GeoNetOptions>;
  readonly #servers: Map<string, NetServer> = new Map();

  /** Starts the servers one after the other; each is told the first one. Resolves when all are ready. */
  static async start(options: GeoNetOptions = {}): Promise<GeoNet> {
    const net = new GeoNet(options);
    for (let number = 1; number <= net.#options.servers; number += 1) {
      const first = net.#servers.get('s1');
      const join = first === undefined ? [] : [first.server.description];
      const { server } = await net.startServer(`s${number}`, { join });
      await net.simulation.settle(server.ready);
    }
    // Servers that were there learn of a new one from each other.
    if (net.#options.servers > 1) await net.simulation.advance(3_000);
    return net;
  }

  private constructor(options: GeoNetOptions) {
    const {
      servers = 1,
      actors = 1,
      latencyMs = 0.5,
      durability = 'memory',
      seed = 1,
      promiseTicks = 300,
    } = options;
    this.#options = { servers, actors, latencyMs, durability, seed, promiseTicks };
    this.simulation = new Simulation({ seed, promiseTicks });
  }

  get servers(): readonly NetServer[] {
    return [...this.#servers.values()];
  }

  /** One client of each query actor of each server. */
  get stores(): readonly GeoStore[] {
    return this.servers.flatMap(({ stores }) => stores);
  }

  mustGet(name: string): NetServer {
    const server = this.#servers.get(name);
    assert.ok(server !== undefined, `there is no server ${name}`);
    return server;
  }

  /** Starts a server, new or again with what is on its disk. Its ports are open then; it may not be ready. */
  async startServer(
    name: string,
    { join = [], actors = this.#options.actors, withinMs }: StartNetServerOptions = {},
  ): Promise<NetServer> {
    const { simulation } = this;
    const { durability, latencyMs } = this.#options;
    const node = simulation.node(name);
    for (const other of this.#servers.keys()) {
      if (other !== name) simulation.setLink(name, other, { latencyMs, jitterMs: 0 });
    }
    const system = await startSimSystem(simulation, name, kinds, {
      port: systemPort,
      secret: 'servers of a test trust each other',
      threads: actors + 1,
    });
    const queryPorts = Array.from({ length: actors }, (_, index) => systemPort + 1 + index);
    const disk = durability === 'memory' ? undefined : node.disk;
    const starting = startGeoServer(system, {
      host: name,
      queryPorts,
      atollVersion: '0.0.0',
      disk,
      durability,
      join,
    });
    const server = await simulation.settle(starting, withinMs);
    const { outside } = simulation.node('app');
    const stores = queryPorts.map(
      (port) => new GeoClient({ router: new FixedRouter({ host: name, port }), outside }),
    );
    const started = { name, system, server, stores };
    this.#servers.set(name, started);
    return started;
  }

  /** The process of a server ends at once; what is on its disk stays, without power only what was synced. */
  crash(name: string, { hasPower = true }: { readonly hasPower?: boolean } = {}): void {
    this.mustGet(name);
    this.simulation.node(name).crash({ hasPower });
    this.#servers.delete(name);
  }

  /** Starts a server again that crashed. */
  async restart(name: string, options: StartNetServerOptions = {}): Promise<NetServer> {
    this.simulation.node(name).restart();
    return await this.startServer(name, options);
  }

  /** The store of the actor `index`, counted over all servers. */
  store(index: number): GeoStore {
    const { stores } = this;
    const store = stores[index % stores.length];
    assert.ok(store !== undefined);
    return store;
  }

  async put(store: GeoStore | number, key: string, value: string): Promise<void> {
    const at = typeof store === 'number' ? this.store(store) : store;
    await this.simulation.settle(at.put(key, value));
  }

  get(store: GeoStore | number, key: string): Promise<string | undefined> {
    const at = typeof store === 'number' ? this.store(store) : store;
    return this.simulation.settle(at.get(key));
  }

  list(store: GeoStore, prefix: string): Promise<[string, string][]> {
    const collect = async (): Promise<[string, string][]> => {
      const pairs: [string, string][] = [];
      for await (const { key, value } of store.list(prefix)) pairs.push([key, value]);
      return pairs;
    };
    return this.simulation.settle(collect());
  }

  /** What every replica has, all of it; asserts that they have the same. */
  async assertEqual(): Promise<[string, string][]> {
    const [first, ...others] = await Promise.all(this.stores.map((store) => this.list(store, '')));
    assert.ok(first !== undefined);
    for (const other of others) assert.deepEqual(other, first);
    return first;
  }

  counters(name: string): Promise<ThreadCounters> {
    return this.simulation.settle(this.mustGet(name).system.counters());
  }

  /** A figure of each server, one after the other. */
  async figures<T>(read: (server: NetServer) => Promise<T>): Promise<T[]> {
    const figures: T[] = [];
    for (const server of this.servers) figures.push(await this.simulation.settle(read(server)));
    return figures;
  }
}
