import { assert } from '../core/assert.ts';
import { compareTimes, counterMax, isStampTime } from './stamp.ts';

/**
 * Issues the stamps of one origin. Reads no clock: the wall time is passed in.
 *
 * A wall clock alone does not do: it jumps back, and a write that follows another one on a server whose
 * clock is late would lose against it. So the clock remembers the greatest stamp it issued or
 * merged, and never issues one that is not greater.
 *
 * Invariant: `wallMs` and `counter` never go back (A2), so that no stamp is issued twice in one life (A1);
 * over lives the incarnation in the origin keeps stamps apart.
 */
export class HybridClock {
  /** The greatest stamp issued or merged. After `issue`: the one issued. */
  wallMs = 0;
  counter = 0;
  /** Stamps refused because they were too far ahead. */
  refused = 0;
  readonly #skewMs: number;

  /** `skewMs`: how far another clock may be ahead of ours. */
  constructor({ skewMs }: { skewMs: number }) {
    assert(skewMs >= 0, 'the skew is a distance');
    this.#skewMs = skewMs;
  }

  /** Moves on to a stamp that was never issued and is greater than all that were merged. */
  issue(nowMs: number): void {
    if (nowMs > this.wallMs) {
      this.wallMs = nowMs;
      this.counter = 0;
    } else if (this.counter < counterMax) {
      this.counter += 1;
    } else {
      this.wallMs += 1;
      this.counter = 0;
    }
  }

  /**
   * Takes note of a stamp of somebody else, so that whatever is written from now on is after it. False:
   * the stamp is no stamp or too far ahead of our wall clock; the clock is not moved, because one bad
   * clock must not drag a whole cluster into the future.
   */
  merge(wallMs: number, counter: number, nowMs: number): boolean {
    if (!isStampTime(wallMs, counter) || wallMs > nowMs + this.#skewMs) {
      this.refused += 1;
      return false;
    }
    this.adopt(wallMs, counter);
    return true;
  }

  /** Takes note of a stamp that our own wall clock gave, in this life or another. Requires: it is one. */
  adopt(wallMs: number, counter: number): void {
    if (compareTimes(wallMs, counter, this.wallMs, this.counter) <= 0) return;
    this.wallMs = wallMs;
    this.counter = counter;
  }
}
