import { assert } from '../../core/assert.ts';
import { AtollError } from '../../core/errors.ts';
import type { Outside } from '../../core/outside.ts';
import type { Threads } from '../../core/threads.ts';
import { HashRing } from '../../ring/hash-ring.ts';
import { partitionHashOf } from '../../ring/partition.ts';
import type { Storage } from '../../ring/server/storage/storage.ts';
import type { SimNode } from '../sim-node.ts';
import type { Simulation } from '../simulation.ts';
import type { SwarmServer } from '../swarm/fault-maker.ts';
import { bootRingServer, type BootOptions } from './boot-ring-server.ts';
import type { NodeEvent, ServerLife } from './evidence.ts';
import { StorageObserver } from './storage-observer.ts';

export interface RingServerNodeOptions {
  readonly simulation: Simulation;
  readonly name: string;
  readonly boot: Omit<
    BootOptions,
    'simulation' | 'host' | 'outside' | 'threads' | 'onFound' | 'onError'
  >;
  readonly leasesMax: number;
  readonly leasesPerClientMax: number;
  /** A node has loaded what was on its disk. */
  readonly onLoaded: (node: string, observer: StorageObserver) => void;
  readonly onEvent: (event: NodeEvent, observer: StorageObserver) => void;
  /** The server reported an error, or could not start for it. */
  readonly onError: (error: AtollError) => void;
}

/** A server of the ring through all of its lives: what is done to it, and what its nodes do. */
export class RingServerNode implements SwarmServer {
  readonly name: string;
  readonly node: SimNode;
  /** The last one may be the present one. */
  readonly lives: ServerLife[] = [];
  readonly #options: RingServerNodeOptions;
  #isStarted = false;

  constructor(options: RingServerNodeOptions) {
    this.#options = options;
    this.name = options.name;
    this.node = options.simulation.node(options.name);
  }

  get isUp(): boolean {
    return this.node.isUp;
  }

  get isReady(): boolean {
    return this.isUp && (this.lives.at(-1)?.readyMs ?? Infinity) < Infinity;
  }

  start(): void {
    if (!this.#isStarted) {
      this.#isStarted = true;
      this.node.boot((outside, threads) => this.#live(outside, threads));
    } else if (!this.isUp) {
      this.node.restart();
    }
  }

  crash({ hasPower }: { hasPower: boolean }): void {
    if (!this.isUp) return;
    this.node.crash({ hasPower });
    const life = this.lives.at(-1);
    if (life === undefined || life.end !== 'running') return;
    life.end = hasPower ? 'process' : 'power';
    life.endMs = this.#options.simulation.nowMs;
  }

  async #live(outside: Outside, threads: Threads): Promise<void> {
    const { simulation, boot, onError } = this.#options;
    const life = this.#beginLife();
    try {
      const server = await bootRingServer({
        ...boot,
        simulation,
        host: this.name,
        outside,
        threads,
        onFound: (node, storage) => this.#observe(node, storage, life),
        onError: (error) => onError(error),
      });
      // Resolves if the disk of a node fails, or never.
      void server.failed.then(onError);
      await server.ready;
      life.readyMs = simulation.nowMs;
    } catch (error) {
      // Of a life that is over nobody hears any more.
      if (life.end !== 'running') return;
      if (!(error instanceof AtollError)) throw error;
      onError(error);
      this.crash({ hasPower: true });
    }
  }

  #beginLife(): ServerLife {
    const startMs = this.#options.simulation.nowMs;
    const life: ServerLife = {
      server: this.name,
      number: this.lives.length + 1,
      startMs,
      readyMs: Infinity,
      endMs: Infinity,
      end: 'running',
    };
    this.lives.push(life);
    return life;
  }

  #observe(number: number, storage: Storage, life: ServerLife): void {
    const { simulation, leasesMax, leasesPerClientMax, onLoaded, onEvent } = this.#options;
    const node = `${this.name}/${number}`;
    const observer: StorageObserver = new StorageObserver({
      storage,
      leasesMax,
      leasesPerClientMax,
      isOwner: (key) => isOwner(storage, key),
      onEvent: (key, what) => {
        const atMs = simulation.nowMs;
        const clockMs = this.node.clock.monotonicMs();
        onEvent({ ...what, atMs, clockMs, node, life: life.number, key }, observer);
      },
    });
    onLoaded(node, observer);
  }
}

/** By the rule that clients obey: Tribbler §4.2. */
function isOwner({ ownership: { view }, nodeId }: Storage, key: string): boolean {
  assert(view !== undefined, 'nothing is done before the ring is complete');
  return new HashRing(view).owner(partitionHashOf(key)).id === nodeId;
}
