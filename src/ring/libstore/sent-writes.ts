import { callLimits } from '../../core/limits.ts';
import type { Timer, Timers } from '../../core/timers.ts';
import type { Attempt } from './attempt.ts';
import type { Operation } from './operation.ts';

export interface SentWritesOptions {
  readonly timers: Timers;
  /** Sends something that the node answers at once. */
  readonly ping: () => void;
}

/** The writes that one connection carried, by their numbers; those that wait for leases stay until they are applied. */
export class SentWrites {
  readonly #options: SentWritesOptions;
  readonly #attempts: Map<number, Attempt> = new Map();
  /** Numbers of those that were answered `+WAITING`, in their order. */
  readonly #waiting: Set<number> = new Set();
  #pingTimer: Timer | undefined;

  constructor(options: SentWritesOptions) {
    this.#options = options;
  }

  add(number: number, attempt: Attempt): void {
    this.#attempts.set(number, attempt);
  }

  get(number: number): Attempt | undefined {
    return this.#attempts.get(number);
  }

  has(number: number): boolean {
    return this.#attempts.has(number);
  }

  /** The reply of this one comes as a push. */
  wait(number: number): void {
    this.#waiting.add(number);
    if (this.#waiting.size === 1) this.#pingLater();
  }

  /** It is applied, or has failed. */
  remove(number: number): void {
    this.#attempts.delete(number);
    if (this.#waiting.delete(number) && this.#waiting.size === 0) this.#pingTimer?.cancel();
  }

  /** The connection is over: gives the writes that still wait, in their order, and forgets all. */
  takeWaiting(): Operation[] {
    const waiting: Operation[] = [];
    for (const number of this.#waiting) {
      const operation = this.#attempts.get(number)?.operation;
      if (operation?.isSettled === false) waiting.push(operation);
    }
    this.#attempts.clear();
    this.#waiting.clear();
    this.#pingTimer?.cancel();
    return waiting;
  }

  /** While only pushes are awaited, a node that vanished without a word would not be missed. */
  #pingLater(): void {
    this.#pingTimer = this.#options.timers.setTimer(callLimits.silenceMs / 2, () => {
      this.#options.ping();
      this.#pingLater();
    });
  }
}
