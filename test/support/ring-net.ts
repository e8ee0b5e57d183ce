import assert from 'node:assert/strict';
import type { HostPort } from '../../src/core/network.ts';
import { askOnce } from '../../src/resp/calls/ask-once.ts';
import type { CommandArgument } from '../../src/resp/command-writer.ts';
import { ReplyError, type ReplyValue } from '../../src/resp/reply-value.ts';
import type { RingView } from '../../src/ring/ring-view.ts';
import { RingHome } from '../../src/ring/server/ring-home.ts';
import {
  startRingServer,
  type RingServer,
  type RingServerOptions,
} from '../../src/ring/server/ring-server.ts';
import { StorageActor } from '../../src/ring/server/storage-actor.ts';
import { StorageGateway } from '../../src/ring/server/storage-gateway.ts';
import { readView } from '../../src/ring/view-reply.ts';
import { Simulation } from '../../src/sim/simulation.ts';
import { startSimSystem } from '../actor/sim-system.ts';

const kinds = { RingHome, StorageActor, StorageGateway };
const firstPort = 7_001;

/** What a server of the net is started with; the rest is as in production. */
export type StartRingOptions = Partial<Omit<RingServerOptions, 'host' | 'atollVersion'>>;

/** Servers of a ring on hosts s1, s2, … of a simulation. s1 is the coordinator. */
export class RingNet {
  readonly simulation: Simulation;
  readonly coordinator: HostPort = { host: 's1', port: firstPort };
  readonly #servers: Map<string, RingServer> = new Map();

  constructor(seed = 1) {
    this.simulation = new Simulation({ seed, promiseTicks: 300 });
  }

  /** Starts a server, new or again with what is on its disk. It takes connections then; the ring may not be complete. */
  async start(name: string, options: StartRingOptions = {}): Promise<RingServer> {
    const node = this.simulation.node(name);
    if (!node.isUp) node.restart();
    const { ports = [firstPort] } = options;
    const system = await startSimSystem(this.simulation, name, kinds, {
      threads: ports.length + 1,
    });
    const coordinator = name === this.coordinator.host ? undefined : this.coordinator;
    const starting = startRingServer(system, {
      host: name,
      ports,
      coordinator,
      ...options,
      atollVersion: '0.0.0',
    });
    const server = await this.simulation.settle(starting);
    this.#servers.set(name, server);
    return server;
  }

  crash(name: string, { hasPower = true }: { readonly hasPower?: boolean } = {}): void {
    this.simulation.node(name).crash({ hasPower });
  }

  /** The nodes of a server. */
  nodes(name: string): RingServer['nodes'] {
    return this.#mustGet(name).nodes;
  }

  /** The figures of the nodes of a server. */
  inspect(name: string): ReturnType<RingServer['inspect']> {
    return this.#mustGet(name).inspect();
  }

  /** Sends one command to a node, on a connection of its own. */
  ask(at: HostPort, ...parts: readonly CommandArgument[]): Promise<ReplyValue> {
    const { outside } = this.simulation.node('client');
    const request = {
      parts,
      strings: 'text' as const,
      isRepeatable: false,
      takesErrors: true,
      timeoutMs: 60_000,
      interpret: (reply: ReplyValue) => reply,
    };
    return this.simulation.settle(askOnce({ outside, at, request }).answer);
  }

  /** The code of the error that a node answers with; undefined: it answers with none. */
  async errorOf(at: HostPort, ...parts: readonly CommandArgument[]): Promise<string | undefined> {
    const reply = await this.ask(at, ...parts);
    return reply instanceof ReplyError ? reply.code : undefined;
  }

  /** What a node takes for the ring. */
  async viewOf(at: HostPort): Promise<RingView> {
    return readView(await this.ask(at, 'RING', 'SERVERS'));
  }

  #mustGet(name: string): RingServer {
    const server = this.#servers.get(name);
    assert.ok(server !== undefined, `there is no server ${name}`);
    return server;
  }
}
