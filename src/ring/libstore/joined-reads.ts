import type { Clock } from '../../core/clock.ts';
import type { Timers } from '../../core/timers.ts';
import type { CopyReads } from './copy-reads.ts';
import type { Deadlines } from './deadlines.ts';
import type { LeaseCache } from './lease-cache.ts';
import type { Operation } from './operation.ts';

export interface JoinedReadsOptions {
  readonly cache: LeaseCache;
  readonly reads: CopyReads;
  readonly deadlines: Deadlines;
  readonly outside: { readonly clock: Clock; readonly timers: Timers };
  /** Sends a read that has waited in vain. */
  readonly send: (operation: Operation) => void;
}

/**
 * Reads that wait for another one of the same key. When a list that everybody reads was changed, all miss its copy at once; the first
 * asks for a new one, and what it brings answers all of them: a copy is valid at the moment when it is handed over.
 */
export class JoinedReads {
  readonly #options: JoinedReadsOptions;

  constructor(options: JoinedReadsOptions) {
    this.#options = options;
  }

  /** Whether there is a read that this one can wait for. It is then settled, or sent after all. */
  join(operation: Operation): boolean {
    const { cache, deadlines } = this.#options;
    const { kind, key, newest } = operation.question;
    if (kind !== 'leased read') return false;
    if (!cache.join(key, newest, () => this.#ended(operation))) return false;
    deadlines.watch(operation);
    return true;
  }

  #ended(operation: Operation): void {
    const { cache, reads, deadlines, outside, send } = this.#options;
    deadlines.forget(operation);
    if (operation.isSettled) return;
    const { key, newest } = operation.question;
    const copy = cache.copy(key, newest, outside.clock.monotonicMs());
    if (copy !== undefined) operation.settle(reads.take(copy, newest));
    // A connection that is being lost says first that it is.
    else outside.timers.microtask(() => send(operation));
  }
}
