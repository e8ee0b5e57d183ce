import type { Clock } from '../../core/clock.ts';
import { forgetOldest } from '../../core/forget-oldest.ts';
import { tribblerLimits } from '../../core/limits.ts';

export interface Rate {
  /** So many at once … */
  readonly burst: number;
  /** … and then one in so long. */
  readonly everyMs: number;
}

/** How often something may be done by each name. What was not done for a while may be made up for, up to `burst`. */
export class RateLimiter {
  readonly #rate: Rate;
  readonly #clock: Clock;
  /** When all of it will be made up for, by name; the longest unused first. */
  readonly #fullAtMs: Map<string, number> = new Map();

  constructor(rate: Rate, clock: Clock) {
    this.#rate = rate;
    this.#clock = clock;
  }

  /** Takes one. 0: it may be done; else after so many milliseconds. */
  take(name: string): number {
    const { burst, everyMs } = this.#rate;
    const nowMs = this.#clock.monotonicMs();
    const fullAtMs = Math.max(this.#fullAtMs.get(name) ?? 0, nowMs) + everyMs;
    const waitMs = fullAtMs - nowMs - burst * everyMs;
    if (waitMs > 0) return waitMs;
    this.#fullAtMs.delete(name);
    this.#fullAtMs.set(name, fullAtMs);
    forgetOldest(this.#fullAtMs, tribblerLimits.countedNamesMax);
    return 0;
  }

  /** Gives one back that was not used after all. */
  giveBack(name: string): void {
    const fullAtMs = this.#fullAtMs.get(name);
    if (fullAtMs !== undefined) this.#fullAtMs.set(name, fullAtMs - this.#rate.everyMs);
  }
}
