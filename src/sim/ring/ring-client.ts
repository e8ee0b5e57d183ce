import { AtollError } from '../../core/errors.ts';
import type { HostPort } from '../../core/network.ts';
import type { Outside } from '../../core/outside.ts';
import type { LeaseCache } from '../../ring/libstore/lease-cache.ts';
import { RingLibstore } from '../../ring/libstore/ring-libstore.ts';
import type { SimNode } from '../sim-node.ts';
import type { Simulation } from '../simulation.ts';
import type { SwarmServer } from '../swarm/fault-maker.ts';
import { copiesOf } from './copy-probe.ts';
import type { HeardRevocation } from './evidence.ts';
import type { History } from './history.ts';
import { Recorder } from './recorder.ts';
import type { ClientTemper } from './temper.ts';

export interface RingClientOptions {
  readonly simulation: Simulation;
  readonly name: string;
  readonly temper: ClientTemper;
  /** Nodes to begin with. */
  readonly addresses: readonly HostPort[];
  readonly history: History;
  readonly onCopies: (copies: LeaseCache) => void;
  readonly onRevoke: (heard: HeardRevocation) => void;
  /** What it does in each of its lives, once it has a Libstore. */
  readonly work: (client: RingClient, outside: Outside) => Promise<void>;
}

/** A process with a Libstore, on a host of its own, through all of its lives. */
export class RingClient implements SwarmServer {
  readonly name: string;
  readonly node: SimNode;
  readonly #options: RingClientOptions;
  #isStarted = false;
  #recorder: Recorder | undefined;
  #copies: LeaseCache | undefined;
  #nextText = 1;

  constructor(options: RingClientOptions) {
    this.#options = options;
    this.name = options.name;
    this.node = options.simulation.node(options.name);
  }

  get isUp(): boolean {
    return this.node.isUp;
  }

  get isReady(): boolean {
    return this.isUp && this.#recorder !== undefined;
  }

  /** Undefined before there is a Libstore. */
  get recorder(): Recorder | undefined {
    return this.#recorder;
  }

  start(): void {
    if (!this.#isStarted) {
      this.#isStarted = true;
      this.node.boot((outside) => this.#live(outside));
    } else if (!this.isUp) {
      this.node.restart();
    }
  }

  crash({ hasPower }: { hasPower: boolean }): void {
    if (!this.isUp) return;
    this.node.crash({ hasPower });
    this.#recorder = undefined;
    this.#copies = undefined;
  }

  /** A text that nobody writes twice. */
  nextText(): string {
    const text = `${this.name}#${this.#nextText}`;
    this.#nextText += 1;
    return text;
  }

  /** The copy of a key that it could use now, whether it runs or stands still. */
  copyOf(key: string): ReturnType<LeaseCache['find']> {
    return this.#copies?.find(key, this.node.clock.monotonicMs());
  }

  async #live(outside: Outside): Promise<void> {
    const { simulation, history, onCopies, work } = this.#options;
    const libstore = await this.#connect(outside);
    const { name } = this;
    const nowMs = (): number => simulation.nowMs;
    this.#copies = copiesOf(libstore);
    onCopies(this.#copies);
    this.#recorder = new Recorder({ client: name, libstore, history, nowMs });
    await work(this, outside);
  }

  /** Nodes may be away: it asks until one tells the ring. */
  async #connect(outside: Outside): Promise<RingLibstore> {
    const { simulation, temper, addresses, onRevoke } = this.#options;
    for (let attempt = 0; ; attempt += 1) {
      const coordinator = addresses[attempt % addresses.length];
      if (coordinator === undefined) throw new Error('a ring has nodes');
      try {
        return await RingLibstore.connect({
          outside,
          coordinator,
          ...temper,
          onRevoke: (key) => onRevoke({ atMs: simulation.nowMs, client: this.name, key }),
        });
      } catch (error) {
        if (!(error instanceof AtollError)) throw error;
      }
      await new Promise<void>((done) => outside.timers.setTimer(200, done));
    }
  }
}
