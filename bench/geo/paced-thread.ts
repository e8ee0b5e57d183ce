import { once } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { PacedLoad, type PacedLoadOptions } from './paced-load.ts';

/** Paced loads in a thread of their own: what they cost is no part of what the main thread measures. */
export class PacedThread {
  readonly #worker: Worker;

  static async start(loads: readonly PacedLoadOptions[]): Promise<PacedThread> {
    const worker = new Worker(new URL(import.meta.url), { workerData: loads });
    await once(worker, 'message');
    return new PacedThread(worker);
  }

  private constructor(worker: Worker) {
    this.#worker = worker;
  }

  /** Ends all of them, and says how many SETs a second of each were acknowledged. */
  async stop(): Promise<readonly number[]> {
    this.#worker.postMessage('stop');
    const [rates] = (await once(this.#worker, 'message')) as [readonly number[]];
    await this.#worker.terminate();
    return rates;
  }
}

if (!isMainThread && parentPort !== null) {
  const port = parentPort;
  const loads = workerData as readonly PacedLoadOptions[];
  const running = await Promise.all(loads.map((load) => PacedLoad.start(load)));
  port.postMessage('started');
  await once(port, 'message');
  port.postMessage(await Promise.all(running.map((load) => load.stop())));
}
