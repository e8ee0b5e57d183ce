import { assert } from '../core/assert.ts';
import type { Timer, Timers } from '../core/timers.ts';
import type { Scheduler } from './scheduler.ts';
import type { SimClock } from './sim-clock.ts';
import type { SimLife } from './sim-life.ts';
import type { SimRandom } from './sim-random.ts';

/** A timer is late by up to this: a loop has other things to do. Never early, also not by rounding. */
const latenessMs = { from: 0.001, to: 1 };

export interface SimTimersOptions {
  readonly scheduler: Scheduler;
  readonly life: SimLife;
  readonly clock: SimClock;
  readonly random: SimRandom;
}

/** Timers in virtual time, at the rate of the node's own clock. */
export class SimTimers implements Timers {
  readonly #options: SimTimersOptions;

  constructor(options: SimTimersOptions) {
    this.#options = options;
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    assert(delayMs >= 0, `a timer cannot be set ${delayMs} ms ahead`);
    const { scheduler, life, clock, random } = this.#options;
    let isCancelled = false;
    const afterMs = clock.virtualMs(delayMs) + random.between(latenessMs.from, latenessMs.to);
    const event = scheduler.after(afterMs, 'timer', life.name, () => {
      life.run(() => {
        // A paused node may cancel it after its time and before its call.
        if (!isCancelled) callback();
      });
    });
    return {
      cancel(): void {
        isCancelled = true;
        scheduler.cancel(event);
      },
    };
  }

  microtask(callback: () => void): void {
    this.#options.life.microtask(callback);
  }

  nextTurn(callback: () => void): void {
    this.#options.life.nextTurn(callback);
  }
}
