import type { Timer, Timers } from '../../core/timers.ts';

export interface TallyOptions {
  readonly timers: Timers;
  /** Reports are at least so far apart. */
  readonly intervalMs: number;
  readonly report: (count: number) => void;
}

/**
 * Counts what happens again and again, and reports it so that each is reported once and nobody drowns: the first
 * at the end of its turn with all that fell in it, then the sums, at most one for each interval, as long as it goes
 * on.
 */
export class Tally {
  readonly #options: TallyOptions;
  #total = 0;
  #unreported = 0;
  #isWatching = false;
  #isClosed = false;
  #timer: Timer | undefined;

  constructor(options: TallyOptions) {
    this.#options = options;
  }

  /** Ever. */
  get total(): number {
    return this.#total;
  }

  add(count: number): void {
    this.#total += count;
    this.#unreported += count;
    if (this.#isWatching) return;
    this.#isWatching = true;
    this.#options.timers.nextTurn(() => this.#report());
  }

  /** Reports what is left; nothing is reported later. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#reportUnreported();
  }

  #report(): void {
    if (this.#isClosed) return;
    this.#timer = undefined;
    if (this.#unreported === 0) {
      this.#isWatching = false;
      return;
    }
    const { timers, intervalMs } = this.#options;
    this.#timer = timers.setTimer(intervalMs, () => this.#report());
    this.#reportUnreported();
  }

  #reportUnreported(): void {
    const count = this.#unreported;
    this.#unreported = 0;
    if (count > 0) this.#options.report(count);
  }
}
