import { assert } from '../../core/assert.ts';
import type { AtollError, ErrorCode } from '../../core/errors.ts';
import type { HostPort } from '../../core/network.ts';
import type { Simulation } from '../simulation.ts';
import {
  bootGeoServer,
  queryPort,
  type BootGeoServer,
  type BootOptions,
} from './boot-geo-server.ts';
import type {
  CounterReading,
  Durability,
  ReplicaChange,
  ReplicaDump,
  ServerLife,
} from './evidence.ts';
import { GeoNode } from './geo-node.ts';

export interface GeoClusterOptions {
  readonly simulation: Simulation;
  readonly servers: number;
  /** Query actors of each server. */
  readonly actors: number;
  readonly durability: Durability;
  /** How many of the others a server is told at its start. */
  readonly joins: 'all' | 'one';
  /** Bounds of the store, if not the usual ones. */
  readonly bounds?: BootOptions['bounds'];
  /** Mistakes that the servers make. */
  readonly bugs?: ReadonlySet<string>;
  /** How a server is started, if not as it is. */
  readonly boot?: BootGeoServer;
}

/** Which replica, and where it listens. */
export interface ReplicaPlace {
  readonly replica: string;
  readonly address: HostPort;
}

/** The geo servers s1, s2, … of a simulation, on a host each, and all that their replicas did. */
export class GeoCluster {
  readonly nodes: readonly GeoNode[];
  readonly changes: ReplicaChange[] = [];
  readonly readings: CounterReading[] = [];
  /** What servers reported that no fault excuses. */
  readonly bugs: string[] = [];
  /** The codes of all that servers reported. */
  readonly errorCodes: Set<ErrorCode> = new Set();
  readonly #simulation: Simulation;
  readonly #options: GeoClusterOptions;

  constructor(options: GeoClusterOptions) {
    const { simulation, servers, actors, durability, boot = bootGeoServer } = options;
    this.#options = options;
    this.#simulation = simulation;
    this.nodes = Array.from({ length: servers }, (_, index) => {
      const name = `s${index + 1}`;
      return new GeoNode({
        simulation,
        name,
        boot,
        actors,
        durability,
        bounds: options.bounds ?? {},
        bugs: options.bugs ?? new Set(),
        join: () => this.#descriptionsFor(name),
        onChange: (change) => this.changes.push(change),
        onError: (error) => this.#onError(name, error),
      });
    });
  }

  /** Starts all servers, one after the other, and resolves when all are ready, and `joined` if that is waited for. */
  async start({ joined }: { joined: boolean }): Promise<void> {
    for (const node of this.nodes) {
      node.start();
      await this.reachReady();
    }
    if (!joined) return;
    const hasJoined = (): boolean => this.nodes.every((node) => node.hasJoined);
    await this.#simulation.reach('all servers have joined', hasJoined);
  }

  /** Starts what is down. */
  async startAgain(): Promise<void> {
    for (const node of this.nodes) node.start();
    await this.reachReady();
  }

  /** Runs until every server that was started is ready, and fails if one ends instead. */
  reachReady(): Promise<void> {
    const started = this.nodes.filter((node) => node.isStarted);
    const isOver = (): boolean => started.every((node) => node.isReady);
    return this.#simulation.reach('all servers are ready', isOver);
  }

  get names(): string[] {
    return this.nodes.map((node) => node.name);
  }

  get lives(): ServerLife[] {
    return this.nodes.flatMap((node) => node.lives);
  }

  /** Every replica, whether its server is up or not. */
  get places(): ReplicaPlace[] {
    return this.nodes.flatMap(({ name }) =>
      Array.from({ length: this.#options.actors }, (_, index) => ({
        replica: `${name}/${index + 1}`,
        address: { host: name, port: queryPort(index + 1) },
      })),
    );
  }

  mustGetNode(name: string): GeoNode {
    const node = this.nodes.find((other) => other.name === name);
    assert(node !== undefined, `there is no server ${name}`);
    return node;
  }

  /** What every replica of the servers that are up holds now. */
  dump(): ReplicaDump[] {
    return this.nodes.flatMap((node) => node.dump());
  }

  /** Asks every server that is ready for its figures; they come in their time, or never. */
  readCounters(): void {
    for (const node of this.nodes) {
      if (!node.isReady) continue;
      // A server that ends before it has told never tells.
      void node.readFigures().then((figures) => {
        this.readings.push({ server: node.name, atMs: this.#simulation.nowMs, ...figures });
      });
    }
  }

  #onError(name: string, { code, message }: AtollError): void {
    this.errorCodes.add(code);
    // Whatever a disk, a network or a client does: that an actor or a gateway throws is a mistake.
    if (code === 'ACTOR_HANDLER_THREW' || code === 'GATEWAY_FAILED') {
      this.bugs.push(`${name}: ${message}`);
    }
  }

  #descriptionsFor(name: string): string[] {
    const others = this.nodes.filter((node) => node.name !== name);
    const known = others.flatMap(({ description }) => description ?? []);
    const [first] = known;
    return this.#options.joins === 'all' || first === undefined ? known : [first];
  }
}
