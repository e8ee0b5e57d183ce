import { forgetOldest } from '../../core/forget-oldest.ts';
import { ringLimits } from '../../core/limits.ts';

export interface QueryTerms {
  /** So many queries … */
  readonly threshold: number;
  /** … in so long make a key one that everybody reads. */
  readonly windowMs: number;
}

export const defaultQueryTerms: QueryTerms = {
  threshold: ringLimits.queryThreshold,
  windowMs: ringLimits.queryWindowMs,
};

/** When the last queries of one key were: as many as the threshold, in a round. */
export class QueryTimes {
  readonly #times: number[];
  #next = 0;

  constructor(threshold: number) {
    this.#times = Array.from({ length: threshold }, () => -Infinity);
  }

  note(nowMs: number): void {
    this.#times[this.#next] = nowMs;
    this.#next = this.#next + 1 === this.#times.length ? 0 : this.#next + 1;
  }

  /** The oldest of the last `threshold` queries: the next one takes its place. */
  get oldestMs(): number {
    return this.#times[this.#next] ?? -Infinity;
  }
}

/**
 * Counts the queries of each key, so that leases are asked for where they pay. Tribbler §4.4.
 *
 * Exact, by the moments of the last few queries: a counter for each window would forget everything at its end and
 * see a burst across two of them as two halves. Keys that were not looked at for longest are forgotten first;
 * to count too little is allowed (Tribbler §4.4), too much is not.
 */
export class QueryCounter {
  readonly #terms: QueryTerms;
  readonly #keysMax: number;
  /** The key that was looked at last is the last. */
  readonly #keys: Map<string, QueryTimes> = new Map();

  constructor(terms: QueryTerms, keysMax: number = ringLimits.countedKeysMax) {
    this.#terms = terms;
    this.#keysMax = keysMax;
  }

  /** Keys that are remembered. */
  get size(): number {
    return this.#keys.size;
  }

  times(key: string): QueryTimes {
    let times = this.#keys.get(key);
    if (times === undefined) {
      times = new QueryTimes(this.#terms.threshold);
      // One more is added now.
      forgetOldest(this.#keys, this.#keysMax - 1);
    } else this.#keys.delete(key);
    this.#keys.set(key, times);
    return times;
  }

  /** Notes a query of the key; returns whether it had the threshold of them in the window before. */
  query(key: string, nowMs: number): boolean {
    const times = this.times(key);
    const isHot = nowMs - times.oldestMs < this.#terms.windowMs;
    times.note(nowMs);
    return isHot;
  }
}
