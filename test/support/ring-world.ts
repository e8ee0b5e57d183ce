import type { HostPort } from '../../src/core/network.ts';
import type { LeaseTerms } from '../../src/ring/lease-terms.ts';
import { RingLibstore, type RingLibstoreOptions } from '../../src/ring/libstore/ring-libstore.ts';
import type { RingServer } from '../../src/ring/server/ring-server.ts';
import type { Simulation } from '../../src/sim/simulation.ts';
import { RingNet } from './ring-net.ts';

export interface RingWorldOptions {
  readonly nodes?: number;
  readonly seed?: number;
  readonly terms?: LeaseTerms;
  /** Servers that the ring has; beyond the one there is, they are missing. */
  readonly servers?: number;
}

/** A ring of one server in a simulation, in memory, and Libstores that ask it. */
export class RingWorld {
  readonly simulation: Simulation;
  readonly server: RingServer;
  readonly coordinator: HostPort;

  private constructor({ simulation, coordinator }: RingNet, server: RingServer) {
    this.simulation = simulation;
    this.coordinator = coordinator;
    this.server = server;
  }

  static async start({
    nodes = 1,
    seed = 1,
    terms,
    servers,
  }: RingWorldOptions = {}): Promise<RingWorld> {
    const net = new RingNet(seed);
    const { port } = net.coordinator;
    const ports = Array.from({ length: nodes }, (_, i) => port + i);
    const server = await net.start(net.coordinator.host, { ports, terms, servers });
    if (servers === undefined) await net.simulation.settle(server.ready);
    return new RingWorld(net, server);
  }

  /** A Libstore of an application on the host `app`. */
  open(options: Partial<RingLibstoreOptions> = {}, app = 'app'): Promise<RingLibstore> {
    const { outside } = this.simulation.node(app);
    return this.settle(
      RingLibstore.connect({ outside, coordinator: this.coordinator, ...options }),
    );
  }

  settle<T>(promise: Promise<T>): Promise<T> {
    return this.simulation.settle(promise);
  }

  /** What came to the nodes while `use` ran, by the name of the command; greetings aside. */
  async countDuring(use: () => Promise<unknown>): Promise<Readonly<Record<string, number>>> {
    const before = await this.commandCounts();
    await use();
    const after = await this.commandCounts();
    const changes = [...after].map(([name, count]) => [name, count - (before.get(name) ?? 0)]);
    return Object.fromEntries(
      changes.filter(([name, count]) => name !== 'hello' && count !== 0),
    ) as Record<string, number>;
  }

  /** What all nodes counted, by the name of the command. */
  async commandCounts(): Promise<ReadonlyMap<string, number>> {
    const counts: Map<string, number> = new Map();
    for (const { commands } of await this.settle(this.server.inspect())) {
      for (const { name, calls } of commands) counts.set(name, (counts.get(name) ?? 0) + calls);
    }
    return counts;
  }
}
