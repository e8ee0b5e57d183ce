import { assert } from '../core/assert.ts';
import type { Clock } from '../core/clock.ts';
import type { Scheduler } from './scheduler.ts';

/** Virtual time 0 on the wall: 2026-01-01 UTC. */
const epochMs = 1_767_225_600_000;

/**
 * The clocks of one node: both run at the node's own rate, the wall clock is off by its own offset and
 * jumps. Monotonic time never goes back, whatever is done to the rate.
 */
export class SimClock implements Clock {
  readonly #scheduler: Scheduler;
  #wallOffsetMs = 0;
  #rate = 1;
  /** Where the rate was last set: in virtual time, and what the node's clock showed then. */
  #sinceMs: number;
  #shownMs: number;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
    this.#sinceMs = scheduler.nowMs;
    this.#shownMs = scheduler.nowMs;
  }

  wallMs(): number {
    return Math.floor(epochMs + this.monotonicMs() + this.#wallOffsetMs);
  }

  monotonicMs(): number {
    return this.#shownMs + (this.#scheduler.nowMs - this.#sinceMs) * this.#rate;
  }

  /** Sets the wall clock forwards or backwards. */
  jumpWall(byMs: number): void {
    this.#wallOffsetMs += byMs;
  }

  /** From now on the clocks gain `drift` milliseconds a millisecond: 0.001 is a bad quartz. */
  setDrift(drift: number): void {
    assert(drift > -1, 'a clock that stands still is not a clock');
    this.#shownMs = this.monotonicMs();
    this.#sinceMs = this.#scheduler.nowMs;
    this.#rate = 1 + drift;
  }

  /** How long `ms` of this node's time take in virtual time. */
  virtualMs(ms: number): number {
    return ms / this.#rate;
  }
}
