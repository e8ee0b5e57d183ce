import { assert } from '../core/assert.ts';
import type { Timer, Timers } from '../core/timers.ts';

/** The longest delay that `setTimeout` takes; with a longer one it fires at once. */
const delayMsMax = 2 ** 31 - 1;

export class PlatformTimers implements Timers {
  setTimer(delayMs: number, callback: () => void): Timer {
    assert(delayMs >= 0, `a timer cannot be set ${delayMs} ms ahead`);
    return new PlatformTimer(delayMs, callback);
  }

  microtask(callback: () => void): void {
    queueMicrotask(callback);
  }

  nextTurn(callback: () => void): void {
    setImmediate(callback);
  }
}

/**
 * One call at a deadline, made of as many timeouts as it takes: `setTimeout` cannot wait for more than 24
 * days, and counts from the start of the turn, so that it may fire a millisecond before the deadline.
 */
class PlatformTimer implements Timer {
  readonly #callback: () => void;
  readonly #deadlineMs: number;
  #timeout: NodeJS.Timeout;

  constructor(delayMs: number, callback: () => void) {
    this.#callback = callback;
    this.#deadlineMs = performance.now() + delayMs;
    this.#timeout = this.#wait(delayMs);
  }

  cancel(): void {
    clearTimeout(this.#timeout);
  }

  #wait(ms: number): NodeJS.Timeout {
    return setTimeout(this.#fire, Math.min(Math.ceil(ms), delayMsMax));
  }

  readonly #fire = (): void => {
    const leftMs = this.#deadlineMs - performance.now();
    if (leftMs > 0) this.#timeout = this.#wait(leftMs);
    else this.#callback();
  };
}
