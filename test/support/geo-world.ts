import type { ActorSystem } from '../../src/actor/actor-system.ts';
import type { Connection } from '../../src/core/network.ts';
import { startGeoServer, type GeoServer } from '../../src/geo/server/geo-server.ts';
import { QueryGateway } from '../../src/geo/server/query/query-gateway.ts';
import { CommandWriter, type CommandArgument } from '../../src/resp/command-writer.ts';
import { ReplyParser } from '../../src/resp/reply-parser.ts';
import { ReplyError, type ReplyValue } from '../../src/resp/reply-value.ts';
import { Simulation } from '../../src/sim/simulation.ts';
import { startSimSystem } from '../actor/sim-system.ts';

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
  async connect({ protocol = 2 }: { protocol?: 2 | 3 } = {}): Promise<GeoPeer> {
    const peer = new GeoPeer(this.simulation);
    if (protocol === 3) await peer.ask('HELLO', 3);
    return peer;
  }
}

/** A client that waits for each answer. Strings are latin1, a character for each byte. */
export class GeoPeer {
  /** What was pushed so far. */
  readonly pushes: ReplyValue[] = [];
  isClosed = false;
  readonly #simulation: Simulation;
  readonly #connection: Connection;
  readonly #writer = new CommandWriter();
  readonly #replies: ReplyValue[] = [];

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
    const parser = new ReplyParser({
      onReply: (value) => this.#replies.push(plain(value)),
      onPush: (values) => this.pushes.push(plain(values)),
    });
    parser.strings = 'bytes';
    const { network } = simulation.node('app').outside;
    this.#connection = network.connect(
      at,
      {},
      {
        onData: (bytes, start, end) => void parser.push(bytes, start, end),
        onClose: () => (this.isClosed = true),
      },
    );
  }

  /** Asks and waits. Errors come as `-CODE message`, nil as null, maps as objects. */
  async ask(...parts: readonly CommandArgument[]): Promise<ReplyValue> {
    const [reply = null] = await this.askAll([parts]);
    return reply;
  }

  /** Sends all at once, then waits for all. A part that is a string is latin1. */
  async askAll(commands: readonly (readonly CommandArgument[])[]): Promise<readonly ReplyValue[]> {
    for (const parts of commands) {
      const bytes = parts.map((part) => {
        return typeof part === 'string' ? Buffer.from(part, 'latin1') : part;
      });
      this.#writer.command(...bytes);
    }
    this.#writer.flushTo(this.#connection);
    await this.#simulation.reach(
      'an answer to each command',
      () => this.isClosed || this.#replies.length >= commands.length,
    );
    return this.#replies.splice(0);
  }

  /** A line as one types it: words between spaces. */
  say(line: string): Promise<ReplyValue> {
    return this.ask(...line.split(' '));
  }

  /** `say` for an answer that is one text. */
  async sayText(line: string): Promise<string> {
    const reply = await this.say(line);
    if (typeof reply !== 'string') throw new Error(`${line}: expected a text`);
    return reply;
  }

  close(): void {
    this.#connection.end();
  }
}

function plain(value: ReplyValue): ReplyValue {
  if (value instanceof ReplyError) return `-${value.code} ${value.message}`;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
  if (isMap(value)) return [...value].flatMap(([key, each]) => [plain(key), plain(each)]);
  if (Array.isArray(value)) return value.map((each: ReplyValue) => plain(each));
  return value;
}

function isMap(value: ReplyValue): value is ReadonlyMap<ReplyValue, ReplyValue> {
  return value instanceof Map;
}
