import { performance } from 'node:perf_hooks';
import type { Clock } from '../core/clock.ts';

/**
 * The machine's clocks. Monotonic time is counted from the start of the process, in all of its threads: they can keep step.
 *
 * `performance` is imported because the global of that name is a getter, called each time.
 */
export class PlatformClock implements Clock {
  wallMs(): number {
    return Date.now();
  }

  monotonicMs(): number {
    return performance.now();
  }
}
