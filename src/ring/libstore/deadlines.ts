import type { Clock } from '../../core/clock.ts';
import type { AtollError } from '../../core/errors.ts';
import type { Timer, Timers } from '../../core/timers.ts';
import type { Operation } from './operation.ts';

/**
 * Watches over the deadlines of operations that no connection watches: those that wait for a node to come back, and
 * for leases of others. They are few, so one timer looks at all of them.
 */
export class Deadlines {
  readonly #outside: { readonly clock: Clock; readonly timers: Timers };
  readonly #watched: Set<Operation> = new Set();
  #timer: Timer | undefined;
  #dueMs = Infinity;

  constructor(outside: { readonly clock: Clock; readonly timers: Timers }) {
    this.#outside = outside;
  }

  watch(operation: Operation): void {
    if (operation.isSettled) return;
    this.#watched.add(operation);
    if (operation.deadlineMs < this.#dueMs) this.#setTimer(operation.deadlineMs);
  }

  forget(operation: Operation): void {
    this.#watched.delete(operation);
  }

  /** Fails all that is watched. */
  close(fault: AtollError): void {
    this.#timer?.cancel();
    for (const operation of this.#watched) operation.fail(fault);
    this.#watched.clear();
  }

  #tick(): void {
    this.#dueMs = Infinity;
    const nowMs = this.#outside.clock.monotonicMs();
    let nextMs = Infinity;
    for (const operation of this.#watched) {
      if (operation.deadlineMs <= nowMs) operation.expire();
      if (operation.isSettled) this.#watched.delete(operation);
      else nextMs = Math.min(nextMs, operation.deadlineMs);
    }
    if (nextMs < Infinity) this.#setTimer(nextMs);
  }

  #setTimer(dueMs: number): void {
    this.#timer?.cancel();
    this.#dueMs = dueMs;
    const delayMs = Math.max(0, dueMs - this.#outside.clock.monotonicMs());
    this.#timer = this.#outside.timers.setTimer(delayMs, () => this.#tick());
  }
}
