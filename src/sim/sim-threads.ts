import { assert } from '../core/assert.ts';
import type { Outside } from '../core/outside.ts';
import type { ThreadGroup, ThreadPort, Threads, ThreadEntry } from '../core/threads.ts';
import type { Scheduler } from './scheduler.ts';
import type { SimLife } from './sim-life.ts';
import type { SimRandom } from './sim-random.ts';

/** What bytes need from one thread to another, at least and at most. */
const hopMs = { from: 0.005, to: 0.06 };

export interface SimThreadsOptions {
  readonly scheduler: Scheduler;
  readonly random: SimRandom;
  /** The thread that starts others. */
  readonly life: SimLife;
  readonly coreCount: number;
  /** Makes a further thread of the same node. */
  readonly startLife: () => { readonly life: SimLife; readonly outside: Outside };
  /** What an entry module exports: modules cannot be loaded twice in one process, so they are told. */
  readonly entryOf: (url: string) => ThreadEntry | undefined;
}

/** Threads of a node, all in the one real thread, each with a life and an outside of its own. */
export class SimThreads implements Threads {
  readonly coreCount: number;
  readonly #options: SimThreadsOptions;

  constructor(options: SimThreadsOptions) {
    this.#options = options;
    this.coreCount = options.coreCount;
  }

  async start(count: number, entry: URL, data: unknown): Promise<ThreadGroup> {
    const startThread = this.#options.entryOf(entry.href);
    assert(startThread !== undefined, `no thread entry is known for ${entry.href}`);
    const threads = Array.from({ length: count }, () => this.#options.startLife());
    const lives = [this.#options.life, ...threads.map(({ life }) => life)];
    const portsByThread = this.#join(lives);
    const group: ThreadGroup = {
      ports: (portsByThread[0] ?? []).filter((port) => port !== undefined),
      onExit: (thread, reason) => assert(false, `thread ${thread} ended: ${reason}`),
      terminate: () => {
        for (const { life } of threads) life.end();
        return Promise.resolve();
      },
    };
    await Promise.all(
      threads.map(({ life, outside }, index) => {
        const thread = index + 1;
        const start = { thread, data: structuredClone(data), ports: portsByThread[thread] ?? [] };
        return this.#call(life, () => startThread(start, outside));
      }),
    );
    return group;
  }

  /** Calls an entry in the thread's own life; resolves when it has returned. */
  #call(life: SimLife, entry: () => void | Promise<void>): Promise<void> {
    const { scheduler } = this.#options;
    return new Promise((resolve, reject) => {
      scheduler.after(0, 'thread', life.name, () => {
        life.run(() => {
          Promise.resolve(entry()).then(resolve, reject);
        });
      });
    });
  }

  /** A port for each pair; of thread t to thread u at `[t][u]`. */
  #join(lives: readonly SimLife[]): (SimPort | undefined)[][] {
    const { scheduler, random } = this.#options;
    const ports = lives.map((life, from) =>
      lives.map((_, to) => (from === to ? undefined : new SimPort(scheduler, random, life))),
    );
    ports.forEach((row, from) =>
      row.forEach((port, to) => {
        const other = ports[to]?.[from];
        if (port !== undefined && other !== undefined) port.joinTo(other);
      }),
    );
    return ports;
  }
}

/** One end of a pair of ports. */
class SimPort implements ThreadPort {
  readonly #scheduler: Scheduler;
  readonly #random: SimRandom;
  readonly #life: SimLife;
  #other: SimPort | undefined;
  #isClosed = false;
  #lastArrivalMs = 0;
  #onBytes: ThreadPort['onBytes'] | undefined;
  /** Came before there was a handler. */
  #waiting: Uint8Array[] = [];

  constructor(scheduler: Scheduler, random: SimRandom, life: SimLife) {
    this.#scheduler = scheduler;
    this.#random = random;
    this.#life = life;
  }

  joinTo(other: SimPort): void {
    this.#other = other;
  }

  get onBytes(): ThreadPort['onBytes'] {
    return this.#onBytes ?? ((): void => {});
  }

  set onBytes(handler: ThreadPort['onBytes']) {
    this.#onBytes = handler;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const bytes of waiting) this.#life.microtask(() => this.#handOn(bytes));
  }

  post(...parts: readonly Uint8Array[]): void {
    if (this.#isClosed || this.#life.isOver) return;
    const bytes = new Uint8Array(Buffer.concat(parts));
    const other = this.#other;
    assert(other !== undefined, 'the port is not joined');
    const soonestMs = this.#scheduler.nowMs + this.#random.between(hopMs.from, hopMs.to);
    this.#lastArrivalMs = Math.max(soonestMs, this.#lastArrivalMs + 1e-6);
    const afterMs = this.#lastArrivalMs - this.#scheduler.nowMs;
    this.#scheduler.after(afterMs, 'post', this.#life.name, () => {
      this.#scheduler.observe(bytes.length);
      other.#life.run(() => other.#handOn(bytes));
    });
  }

  close(): void {
    this.#isClosed = true;
    if (this.#other !== undefined) this.#other.#isClosed = true;
  }

  #handOn(bytes: Uint8Array): void {
    if (this.#isClosed) return;
    if (this.#onBytes === undefined) {
      this.#waiting.push(bytes);
      return;
    }
    this.#onBytes(bytes);
    // They were lent: whoever keeps them sees it, here already.
    bytes.fill(0xdd);
  }
}
