import type { Timer } from '../../../core/timers.ts';

/**
 * Tells its actor a message when something is due: one timer, which is only ever moved forward. One that was set for later
 * would let what is due sooner wait.
 */
export class Alarm {
  readonly #ringAfter: (delayMs: number) => Timer;
  #timer: Timer | undefined;
  #dueMs = Infinity;

  /** `ringAfter`: tells the message after so long. */
  constructor(ringAfter: (delayMs: number) => Timer) {
    this.#ringAfter = ringAfter;
  }

  /** At `dueMs` of monotonic time, or sooner. Infinity: not at all. */
  setFor(dueMs: number, nowMs: number): void {
    if (dueMs >= this.#dueMs) return;
    this.#timer?.cancel();
    this.#dueMs = dueMs;
    this.#timer = this.#ringAfter(Math.max(0, dueMs - nowMs));
  }

  /** The message has come. */
  rang(): void {
    this.#timer = undefined;
    this.#dueMs = Infinity;
  }
}
