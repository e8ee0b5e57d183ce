import type { Outside } from './outside.ts';

/**
 * Further threads of this process, and the ports between them. Whatever crosses is bytes, lent on both sides as those of the
 * network: threads share nothing.
 */
export interface Threads {
  /** How many threads this machine runs at once. */
  readonly coreCount: number;
  /**
   * Starts `count` threads that run `entry` (a module's URL), joined to each other and to the caller by a
   * port for each pair. The module exports a `ThreadEntry` of the name `startThread`, which is called in
   * its thread. Resolves when all entries have returned; rejects if one of them cannot start.
   */
  start(count: number, entry: URL, data: unknown): Promise<ThreadGroup>;
}

export interface ThreadGroup {
  /** `ports[i]` reaches thread i + 1: the caller is thread 0. */
  readonly ports: readonly ThreadPort[];
  /** Called when a thread ends without being asked to; `reason` tells of the error. */
  onExit: (thread: number, reason: string) => void;
  /** Ends all threads at once. */
  terminate(): Promise<void>;
}

/** Exported as `startThread` by an entry module. Gets the outside of its own thread. */
export type ThreadEntry = (start: ThreadStart, outside: Outside) => void | Promise<void>;

/** What a started thread knows. */
export interface ThreadStart {
  /** This thread's number: 1 to `count`. */
  readonly thread: number;
  readonly data: unknown;
  /** `ports[t]` reaches thread t; undefined at its own number. */
  readonly ports: readonly (ThreadPort | undefined)[];
}

/** One end of a first-in-first-out channel between two threads. Never loses, never reorders. */
export interface ThreadPort {
  /** Sends the parts, one behind the other, as one piece. They are the caller's again when this returns. */
  post(...parts: readonly Uint8Array[]): void;
  /** Called with the bytes of each post, in order: lent for the time of the call. Set it before the first turn ends. */
  onBytes: (bytes: Uint8Array) => void;
  close(): void;
}
