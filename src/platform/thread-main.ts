import { parentPort, workerData } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { assert } from '../core/assert.ts';
import type { ThreadEntry } from '../core/threads.ts';
import type { LogOptions } from './log.ts';
import { createOutside } from './outside.ts';
import { PlatformThreadPort } from './thread-port.ts';

/** What of a log's options can be sent to another thread. */
export type ThreadLogOptions = Omit<LogOptions, 'write'>;

/** What `PlatformThreads` hands to a worker. */
export interface ThreadEntryData {
  readonly thread: number;
  /** The URL of a module that exports `startThread`. */
  readonly entry: string;
  readonly data: unknown;
  readonly ports: readonly (MessagePort | undefined)[];
  readonly log: ThreadLogOptions;
}

// The first module of every worker: it gives the entry what it cannot make itself, because the parts of
// Atoll do not import the platform, and reports when the entry has returned. Whatever it throws ends the
// thread, and `onExit` tells.
const { thread, entry, data, ports, log } = workerData as ThreadEntryData;
const { startThread } = (await import(entry)) as { startThread?: ThreadEntry };
assert(typeof startThread === 'function', `${entry} does not export a function startThread`);
await startThread(
  {
    thread,
    data,
    ports: ports.map((port) => (port === undefined ? undefined : new PlatformThreadPort(port))),
  },
  createOutside({ log }),
);
parentPort?.postMessage('started');
