import { DurationHistogram, type Durations } from '../../../core/duration-histogram.ts';

/** Upper bounds of the classes, in milliseconds; the last class has no bound. */
export const latenessBoundsMs: readonly number[] = [
  5, 10, 25, 50, 75, 100, 150, 200, 250, 350, 500, 750, 1_000, 2_000, 5_000, 10_000, 60_000,
];

/** What is told to operators. Plain data. */
export interface Lateness extends Durations {
  readonly origin: number;
}

/**
 * How long after they were written, by the clocks of both servers, writes were seen here, by their origins as the table
 * numbers them. A clock that is behind shows as 0.
 */
export class LatenessHistogram {
  readonly #byOrigin: Map<number, DurationHistogram> = new Map();
  #origin = -1;
  #likely: DurationHistogram | undefined;

  add(origin: number, latenessMs: number): void {
    let histogram = this.#likely;
    if (origin !== this.#origin || histogram === undefined) {
      histogram = this.#byOrigin.get(origin);
      if (histogram === undefined) {
        histogram = new DurationHistogram(latenessBoundsMs);
        this.#byOrigin.set(origin, histogram);
      }
      this.#origin = origin;
      this.#likely = histogram;
    }
    histogram.add(Math.max(0, latenessMs));
  }

  report(): Lateness[] {
    return [...this.#byOrigin].map(([origin, histogram]) => ({ origin, ...histogram.report() }));
  }
}
