import type { Timer, Timers } from '../../core/timers.ts';

export type WorkKind = 'mining' | 'solving';

/**
 * Something that takes a while and is done several times: digging, trying. Input stays live meanwhile.
 *
 * Each time is a wait and then a `step`, which may wait itself, for the store to keep what was found. To
 * stop is immediate: the wait ends, and a step that is under way is the last.
 */
export class Work {
  readonly kind: WorkKind;
  readonly times: number;
  readonly #timers: Timers;
  #done = 0;
  #isStopped = false;
  #wait: { readonly timer: Timer; readonly end: () => void } | undefined;

  constructor(kind: WorkKind, times: number, timers: Timers) {
    this.kind = kind;
    this.times = times;
    this.#timers = timers;
  }

  get done(): number {
    return this.#done;
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** Resolves when all is done or it was stopped. */
  async run(waitMs: () => number, step: () => Promise<void>): Promise<void> {
    while (this.#done < this.times && !this.#isStopped) {
      await this.#pause(waitMs());
      // Asked anew: `stop` may have been called while this waited.
      if (this.isStopped) return;
      this.#done++;
      await step();
    }
  }

  stop(): void {
    this.#isStopped = true;
    this.#wait?.timer.cancel();
    this.#wait?.end();
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#wait = { timer: this.#timers.setTimer(ms, resolve), end: resolve };
    });
  }
}
