import { performance } from 'node:perf_hooks';
import type { Clock } from '../core/clock.ts';

/**
 * The machine's clocks. Monotonic time is counted from the start of the machine and is the same in all threads, so that they can
 * keep step; `performance.now()` alone counts from the start of each thread.
 *
 * `performance` is imported because the global of that name is a getter, called each time.
 */
export class PlatformClock implements Clock {
  readonly #originMs: number = Number(process.hrtime.bigint()) / 1e6 - performance.now();

  wallMs(): number {
    return Date.now();
  }

  monotonicMs(): number {
    return this.#originMs + performance.now();
  }
}
