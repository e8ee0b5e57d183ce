/** Upper bounds of the classes, in milliseconds; the last class has no bound. */
export const latenessBoundsMs: readonly number[] = [
  5, 10, 25, 50, 75, 100, 150, 200, 250, 350, 500, 750, 1_000, 2_000, 5_000, 10_000, 60_000,
];

/** A histogram as it is told to operators. Plain data. */
export interface Lateness {
  readonly origin: number;
  /** How many were in each class, the last one without a bound. */
  readonly counts: readonly number[];
  readonly sumMs: number;
}

/**
 * How long after they were written, by the clocks of both servers, writes were seen here, by their origins as the table
 * numbers them. A clock that is behind shows as 0.
 */
export class LatenessHistogram {
  readonly #byOrigin: Map<number, { counts: Float64Array; sumMs: number }> = new Map();
  #origin = -1;
  #likely: { counts: Float64Array; sumMs: number } | undefined;

  add(origin: number, latenessMs: number): void {
    let histogram = this.#likely;
    if (origin !== this.#origin || histogram === undefined) {
      histogram = this.#byOrigin.get(origin);
      if (histogram === undefined) {
        histogram = { counts: new Float64Array(latenessBoundsMs.length + 1), sumMs: 0 };
        this.#byOrigin.set(origin, histogram);
      }
      this.#origin = origin;
      this.#likely = histogram;
    }
    const ms = Math.max(0, latenessMs);
    let index = 0;
    while (ms > (latenessBoundsMs[index] ?? Infinity)) index += 1;
    histogram.counts[index] = (histogram.counts[index] ?? 0) + 1;
    histogram.sumMs += ms;
  }

  report(): Lateness[] {
    return [...this.#byOrigin].map(([origin, { counts, sumMs }]) => {
      return { origin, counts: [...counts], sumMs };
    });
  }
}
