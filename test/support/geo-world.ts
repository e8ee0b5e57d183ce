import type { ActorSystem } from '../../src/actor/actor-system.ts';
import { startGeoServer, type GeoServer } from '../../src/geo/server/geo-server.ts';
import { QueryGateway } from '../../src/geo/server/query/query-gateway.ts';
import { Simulation } from '../../src/sim/simulation.ts';
import { startSimSystem } from '../actor/sim-system.ts';
import { RespPeer } from './resp-peer.ts';

const at = { host: 'server', port: 7001 };

/** A geo server in a simulation of its own, whole: sockets, connections, actor system, query actor. */
export class GeoWorld {
  readonly simulation: Simulation;
  readonly system: ActorSystem;
  readonly server: GeoServer;

  static async create(seed = 1): Promise<GeoWorld> {
    const simulation = new Simulation({ seed });
    const system = await startSimSystem(simulation, at.host, { QueryGateway }, { threads: 2 });
    const options = { host: at.host, queryPorts: [at.port], atollVersion: '1.2.3' };
    const server = await simulation.settle(startGeoServer(system, options));
    // The actors are told of each other in a moment of their own.
    await simulation.advance(1);
    return new GeoWorld(simulation, system, server);
  }

  private constructor(simulation: Simulation, system: ActorSystem, server: GeoServer) {
    this.simulation = simulation;
    this.system = system;
    this.server = server;
  }

  /** The server's wall clock. */
  get nowMs(): number {
    return this.simulation.node(at.host).outside.clock.wallMs();
  }

  /** A new client. `protocol` 3 says HELLO 3 first. */
  async connect({ protocol = 2 }: { protocol?: 2 | 3 } = {}): Promise<RespPeer> {
    const peer = new RespPeer(this.simulation, at);
    if (protocol === 3) await peer.ask('HELLO', 3);
    return peer;
  }
}
