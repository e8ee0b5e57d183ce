import { assert } from '../../core/assert.ts';
import type { AtollError, ErrorCode } from '../../core/errors.ts';
import type { HostPort } from '../../core/network.ts';
import { ringLimits } from '../../core/limits.ts';
import type { LeaseCache } from '../../ring/libstore/lease-cache.ts';
import type { SimRandom } from '../sim-random.ts';
import type { Simulation } from '../simulation.ts';
import type { SwarmCluster, SwarmServer } from '../swarm/fault-maker.ts';
import { nodePort } from './boot-ring-server.ts';
import type { HeardRevocation, NodeEvent, ServerLife, StaleCopy } from './evidence.ts';
import type { History } from './history.ts';
import { RingClient } from './ring-client.ts';
import { RingServerNode } from './ring-node.ts';
import type { StorageObserver } from './storage-observer.ts';
import type { Temper } from './temper.ts';
import type { Workload } from './workload.ts';

export interface RingClusterOptions {
  readonly simulation: Simulation;
  readonly random: SimRandom;
  readonly temper: Temper;
  readonly history: History;
  readonly workload: Workload;
  /** Mistakes that the servers make. */
  readonly bugs: ReadonlySet<string>;
  /** A numbered write has changed something. */
  readonly onDone: (event: Extract<NodeEvent, { kind: 'done' }>) => void;
  /** Told the copies of each Libstore as soon as there is one. */
  readonly onCopies: (copies: LeaseCache) => void;
}

/** The servers s1, s2, … and the clients c1, c2, … of a simulation, each on a host of its own, and what they all did. */
export class RingCluster implements SwarmCluster {
  readonly servers: readonly RingServerNode[];
  readonly clients: readonly RingClient[];
  readonly events: NodeEvent[] = [];
  readonly staleCopies: StaleCopy[] = [];
  readonly heard: HeardRevocation[] = [];
  /** What servers reported that no fault excuses. */
  readonly bugs: string[] = [];
  /** The codes of all that servers reported. */
  readonly errorCodes: Set<ErrorCode> = new Set();
  /** How often a lease was asked back while its grant was on its way. */
  crossings = 0;
  /** How many changes were gone when their server started again. */
  lostWrites = 0;
  readonly #simulation: Simulation;
  readonly #temper: Temper;
  readonly #onDone: RingClusterOptions['onDone'];
  /** When each lease was granted, by its node, life and id. */
  readonly #grantedMs: Map<string, number> = new Map();
  /** What each key led to after the last change, by node and key. */
  readonly #contents: Map<string, string> = new Map();

  constructor(options: RingClusterOptions) {
    const { simulation, random, temper, history, workload, bugs, onCopies } = options;
    this.#simulation = simulation;
    this.#temper = temper;
    this.#onDone = options.onDone;
    const { servers, nodes, durability, terms, bounds } = temper;
    const { leasesMax, leasesPerClientMax } = { ...ringLimits, ...bounds };
    const coordinator = { host: 's1', port: nodePort(1) };
    this.servers = Array.from({ length: servers }, (_, index) => {
      const name = `s${index + 1}`;
      const virtualIds = Array.from({ length: nodes }, () =>
        Array.from({ length: virtualIdsOfNode }, () => random.bits()),
      );
      return new RingServerNode({
        simulation,
        name,
        boot: {
          virtualIds,
          servers,
          coordinator: index === 0 ? undefined : coordinator,
          durability,
          terms,
          bugs,
          bounds,
        },
        leasesMax,
        leasesPerClientMax,
        onLoaded: (node, observer) => this.#noteLoaded(node, observer),
        onEvent: (event, observer) => this.#note(event, observer),
        onError: (error) => this.#onError(name, error),
      });
    });
    const addresses: HostPort[] = this.servers.flatMap(({ name }) =>
      Array.from({ length: nodes }, (_, index) => ({ host: name, port: nodePort(index + 1) })),
    );
    this.clients = temper.clients.map((client, index) => {
      return new RingClient({
        simulation,
        name: `c${index + 1}`,
        temper: client,
        addresses,
        history,
        onCopies,
        onRevoke: (heard) => this.heard.push(heard),
        work: (self, outside) => workload.run(self, outside),
      });
    });
    const { serverDrift, clientDrift } = temper;
    for (const { node } of this.servers) node.clock.setDrift(serverDrift);
    for (const { node } of this.clients) node.clock.setDrift(clientDrift);
  }

  /** All that faults happen to. */
  get nodes(): readonly SwarmServer[] {
    return [...this.servers, ...this.clients];
  }

  /** Of the servers. */
  get names(): string[] {
    return this.servers.map(({ name }) => name);
  }

  get lives(): ServerLife[] {
    return this.servers.flatMap(({ lives }) => lives);
  }

  mustGetNode(name: string): SwarmServer {
    const found = this.nodes.find((node) => node.name === name);
    assert(found !== undefined, `there is no ${name}`);
    return found;
  }

  /** Starts all servers, and resolves when the ring is complete. */
  async start(): Promise<void> {
    for (const server of this.servers) server.start();
    await this.#reachReady(this.servers);
  }

  /** Starts what is down, servers and clients. */
  async startAgain(): Promise<void> {
    for (const node of this.nodes) node.start();
    await this.#reachReady(this.nodes);
  }

  async #reachReady(nodes: readonly SwarmServer[]): Promise<void> {
    const isOver = (): boolean => nodes.every((node) => node.isReady);
    await this.#simulation.reach('all are ready', isOver);
  }

  #note(event: NodeEvent, observer: StorageObserver): void {
    this.events.push(event);
    if (event.kind === 'applied') {
      this.#contents.set(`${event.node} ${event.key}`, contentAs(observer.content(event.key)));
      this.#lookForStaleCopies(event, observer);
    } else if (event.kind === 'granted') {
      this.#grantedMs.set(`${event.node} ${event.life} ${event.leaseId}`, event.atMs);
    } else if (event.kind === 'revoked') this.#noteCrossing(event);
    else if (event.kind === 'done') this.#onDone(event);
  }

  #noteCrossing({ atMs, node, life, leaseId }: Extract<NodeEvent, { kind: 'revoked' }>): void {
    const grantedMs = this.#grantedMs.get(`${node} ${life} ${leaseId}`) ?? -Infinity;
    if (atMs - grantedMs < this.#temper.latencyMs) this.crossings += 1;
  }

  #noteLoaded(node: string, observer: StorageObserver): void {
    for (const [name, content] of this.#contents) {
      if (!name.startsWith(`${node} `)) continue;
      const loaded = contentAs(observer.content(name.slice(node.length + 1)));
      if (loaded !== content) this.lostWrites += 1;
      this.#contents.set(name, loaded);
    }
  }

  /** B2: whoever could use a copy now, even if it stands still, must have the content of now. */
  #lookForStaleCopies({ atMs, key, node }: NodeEvent, observer: StorageObserver): void {
    for (const client of this.clients) {
      const held = client.copyOf(key);
      if (held === undefined) continue;
      const content = contentAs(observer.content(key), held.newest);
      const copy = contentAs(held.content, held.newest);
      if (copy === content) continue;
      this.staleCopies.push({ atMs, client: client.name, key, copy, content, node });
    }
  }

  #onError(name: string, { code, message }: AtollError): void {
    this.errorCodes.add(code);
    // Whatever a disk, a network or a client does: that an actor or a gateway throws is a mistake.
    if (code === 'ACTOR_HANDLER_THREW' || code === 'GATEWAY_FAILED') {
      this.bugs.push(`${name}: ${message}`);
    }
  }
}

/** Few, so that shares differ much. */
const virtualIdsOfNode = 3;

/** What a client would be told, that asked for the newest `newest` items. */
function contentAs(content: string | readonly string[] | undefined, newest = Infinity): string {
  if (content === undefined) return 'nothing';
  return typeof content === 'string' ? `=${content}` : content.slice(-newest).join();
}
