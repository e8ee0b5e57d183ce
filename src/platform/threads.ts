import { availableParallelism } from 'node:os';
import { MessageChannel, Worker } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { assert } from '../core/assert.ts';
import type { ThreadGroup, Threads } from '../core/threads.ts';
import { PlatformThreadPort } from './thread-port.ts';
import type { ThreadEntryData, ThreadLogOptions } from './thread-main.ts';

export interface PlatformThreadsOptions {
  /** How the threads log: as the caller does, with the thread's number behind the name. */
  readonly log?: ThreadLogOptions;
}

/**
 * Threads of node. Each has a heap, an event loop and an outside of its own.
 *
 * The ports are handed over when the threads start, and not through the caller afterwards: messages between
 * two threads then pass no third one, and nobody has to wait until all know each other.
 */
export class PlatformThreads implements Threads {
  readonly coreCount: number = availableParallelism();
  readonly #log: ThreadLogOptions;

  constructor({ log = {} }: PlatformThreadsOptions = {}) {
    this.#log = log;
  }

  async start(count: number, entry: URL, data: unknown): Promise<ThreadGroup> {
    const ends = channelEnds(count + 1);
    const own = ends[0] ?? [];
    const workers = Array.from({ length: count }, (_, index) =>
      this.#startWorker(index + 1, entry, data, ends[index + 1] ?? []),
    );
    const group = new WorkerGroup(workers, own);
    try {
      await group.started;
    } catch (error) {
      await group.terminate();
      throw error;
    }
    return group;
  }

  #startWorker(
    thread: number,
    entry: URL,
    data: unknown,
    ports: (MessagePort | undefined)[],
  ): Worker {
    const name = [this.#log.name, `thread ${thread}`].filter(Boolean).join(' ');
    const log = { ...this.#log, name };
    const workerData: ThreadEntryData = { thread, entry: entry.href, data, ports, log };
    return new Worker(new URL('thread-main.js', import.meta.url), {
      name,
      workerData,
      transferList: ports.filter((port) => port !== undefined),
    });
  }
}

/**
 * Keeps watch over threads from their creation: one that ends before all have started makes the start fail,
 * one that ends later is reported.
 */
class WorkerGroup implements ThreadGroup {
  readonly ports: readonly PlatformThreadPort[];
  /** Resolves when all entries have returned; rejects if a thread ends before. */
  readonly started: Promise<void>;
  onExit: (thread: number, reason: string) => void = (thread, reason) => {
    assert(false, `thread ${thread} ended: ${reason}`);
  };
  readonly #workers: readonly Worker[];
  #isStarted = false;
  #isTerminated = false;

  constructor(workers: readonly Worker[], ports: readonly (MessagePort | undefined)[]) {
    this.#workers = workers;
    this.ports = ports.flatMap((port) =>
      port === undefined ? [] : [new PlatformThreadPort(port)],
    );
    this.started = this.#watch();
  }

  async terminate(): Promise<void> {
    this.#isTerminated = true;
    for (const port of this.ports) port.close();
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #watch(): Promise<void> {
    let startingCount = this.#workers.length;
    return new Promise((resolve, reject) => {
      const started = (): void => {
        startingCount--;
        this.#isStarted = startingCount === 0;
        if (this.#isStarted) resolve();
      };
      if (startingCount === 0) resolve();
      this.#workers.forEach((worker, index) => {
        let reason: string | undefined;
        worker.once('message', started);
        // An error comes before the exit that it causes; only the exit counts, with the error's words.
        worker.on('error', (error) => (reason = errorText(error)));
        worker.on('exit', (code) => {
          if (this.#isTerminated) return;
          const words = reason ?? `it exited with code ${code}`;
          if (this.#isStarted) this.onExit(index + 1, words);
          else reject(new Error(`thread ${index + 1} did not start: ${words}`));
        });
      });
    });
  }
}

/** Two ends for each pair of threads: thread t's end of the channel to thread u is at `[t][u]`. */
function channelEnds(threads: number): (MessagePort | undefined)[][] {
  const ends = Array.from({ length: threads }, () =>
    Array.from({ length: threads }, (): MessagePort | undefined => undefined),
  );
  ends.forEach((row, from) => {
    for (let to = from + 1; to < threads; to++) {
      const { port1, port2 } = new MessageChannel();
      row[to] = port1;
      const back = ends[to];
      assert(back !== undefined, 'a row for each thread');
      back[from] = port2;
    }
  });
  return ends;
}

function errorText(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
