import type { Clock } from '../core/clock.ts';

/** The machine's clocks. Monotonic time is counted from the start of the thread: compare it within one. */
export class PlatformClock implements Clock {
  wallMs(): number {
    return Date.now();
  }

  monotonicMs(): number {
    return performance.now();
  }
}
