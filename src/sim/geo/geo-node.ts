import { assert } from '../../core/assert.ts';
import type { Clock } from '../../core/clock.ts';
import type { Disk } from '../../core/disk.ts';
import { AtollError } from '../../core/errors.ts';
import type { Outside } from '../../core/outside.ts';
import type { Threads } from '../../core/threads.ts';
import type { SimNode } from '../sim-node.ts';
import type { Simulation } from '../simulation.ts';
import type { BootedServer, BootGeoServer, BootOptions, ServerFigures } from './boot-geo-server.ts';
import type { Durability, ReplicaChange, ReplicaDump, ServerLife } from './evidence.ts';
import type { FoundReplica } from './replica-probe.ts';
import { ReplicaObserver } from './replica-observer.ts';

export interface GeoNodeOptions {
  readonly simulation: Simulation;
  readonly name: string;
  readonly boot: BootGeoServer;
  readonly actors: number;
  readonly durability: Durability;
  readonly bounds: BootOptions['bounds'];
  readonly bugs: ReadonlySet<string>;
  /** Descriptions of servers to join, asked at each start. */
  readonly join: () => readonly string[];
  readonly onChange: (change: ReplicaChange) => void;
  /** The server reported an error, or could not start for it. */
  readonly onError: (error: AtollError) => void;
}

interface ReachedReplica {
  readonly name: string;
  readonly clock: Clock;
  readonly observer: ReplicaObserver;
}

/** A geo server through all of its lives: what is done to it, and what its replicas do. */
export class GeoNode {
  readonly name: string;
  readonly node: SimNode;
  /** The last one may be the present one. */
  readonly lives: ServerLife[] = [];
  /** What the last server that started said of itself; undefined before the first. */
  description: string | undefined;
  readonly #options: GeoNodeOptions;
  #isStarted = false;
  readonly #joinedIds: Set<string> = new Set();
  #booted: BootedServer | undefined;
  #replicas: ReachedReplica[] = [];

  constructor(options: GeoNodeOptions) {
    this.#options = options;
    this.name = options.name;
    this.node = options.simulation.node(options.name);
  }

  /** Whether anybody ever started it: its first life may not have begun yet. */
  get isStarted(): boolean {
    return this.#isStarted;
  }

  get isUp(): boolean {
    return this.node.isUp;
  }

  /** Whether it has started and answers. */
  get isReady(): boolean {
    return this.isUp && this.#booted !== undefined;
  }

  /** Whether it has what the servers had that it joined. */
  get hasJoined(): boolean {
    return this.isReady && (this.lives.at(-1)?.joinedMs ?? Infinity) < Infinity;
  }

  /** Starts the server, or starts it again. Does nothing if it is up. */
  start(): void {
    if (!this.#isStarted) {
      this.#isStarted = true;
      this.node.boot((outside, threads, disk) => this.#live(outside, threads, disk));
    } else if (!this.isUp) {
      this.node.restart();
    }
  }

  /** The process ends, or the power is cut. Does nothing if it is down. */
  crash({ hasPower }: { hasPower: boolean }): void {
    if (!this.isUp) return;
    this.node.crash({ hasPower });
    this.#endLife(hasPower ? 'process' : 'power');
  }

  /** What every replica has; nothing if the server is down. */
  dump(): ReplicaDump[] {
    const life = this.lives.length;
    return this.#replicas.map(({ name, clock, observer }) => {
      return { replica: name, life, wallMs: clock.wallMs(), entries: observer.entries() };
    });
  }

  /** What the server tells of itself. Requires: it is ready. */
  readFigures(): Promise<ServerFigures> {
    assert(this.#booted !== undefined, `${this.name} is not ready`);
    return this.#booted.readFigures();
  }

  async #live(outside: Outside, threads: Threads, disk: Disk): Promise<void> {
    const { simulation, boot, actors, durability, join, bounds, bugs, onError } = this.#options;
    const life = this.#beginLife();
    try {
      const booted = await boot({
        simulation,
        host: this.name,
        outside,
        threads,
        disk,
        actors,
        durability,
        join: join(),
        bounds,
        bugs,
        onFound: (found) => this.#reach(found, life),
        onError: (error) => onError(error),
      });
      this.#booted = booted;
      this.description = booted.description;
      life.readyMs = simulation.nowMs;
      life.hasLoadedSnapshot = booted.hasLoadedSnapshot;
      this.#noteJoined(booted, life);
    } catch (error) {
      // Of a life that is over nobody hears any more.
      if (life.end !== 'running') return;
      if (!(error instanceof AtollError)) throw error;
      this.#startFailed(error);
    }
  }

  #noteJoined({ id, joined }: BootedServer, life: ServerLife): void {
    if (this.#joinedIds.has(id)) {
      life.joinedMs = life.startMs;
      return;
    }
    void joined.then(() => {
      if (life.end !== 'running') return;
      life.joinedMs = this.#options.simulation.nowMs;
      this.#joinedIds.add(id);
    });
  }

  /** What a disk or a network does is no bug: the process ends, and is started again by whoever started it. */
  #startFailed(error: AtollError): void {
    this.#options.onError(error);
    this.crash({ hasPower: true });
  }

  #beginLife(): ServerLife {
    const startMs = this.#options.simulation.nowMs;
    const life: ServerLife = {
      server: this.name,
      number: this.lives.length + 1,
      startMs,
      readyMs: Infinity,
      joinedMs: Infinity,
      hasLoadedSnapshot: false,
      endMs: Infinity,
      end: 'running',
    };
    this.lives.push(life);
    return life;
  }

  #endLife(end: 'process' | 'power'): void {
    const life = this.lives.at(-1);
    assert(life !== undefined, 'a node that is up lives');
    life.end = end;
    life.endMs = this.#options.simulation.nowMs;
    this.#booted = undefined;
    this.#replicas = [];
  }

  #reach({ thread, replica, clock }: FoundReplica, life: ServerLife): void {
    const name = `${this.name}/${thread}`;
    const { simulation, onChange } = this.#options;
    const observer = new ReplicaObserver(replica, (how, entry) => {
      const atMs = simulation.nowMs;
      const wallMs = clock.wallMs();
      // What comes before the server answers comes from its disk.
      const isLoaded = how === 'merged' && life.readyMs === Infinity;
      onChange({
        atMs,
        wallMs,
        replica: name,
        life: life.number,
        how: isLoaded ? 'loaded' : how,
        entry,
      });
    });
    this.#replicas.push({ name, clock, observer });
    this.#replicas.sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}
