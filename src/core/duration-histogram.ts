/** How many durations were in each class, and their sum: plain data. */
export interface Durations {
  /** By the bounds of the histogram, and the last one without a bound. */
  readonly counts: readonly number[];
  readonly sumMs: number;
}

/**
 * Durations by classes, each with its upper bound. A mean hides what hurts, and a last or a longest value says how often it
 * was so to nobody.
 */
export class DurationHistogram {
  readonly #boundsMs: readonly number[];
  readonly #counts: Float64Array;
  #sumMs = 0;

  /** Requires: bounds in milliseconds that rise. */
  constructor(boundsMs: readonly number[]) {
    this.#boundsMs = boundsMs;
    this.#counts = new Float64Array(boundsMs.length + 1);
  }

  add(durationMs: number): void {
    let index = 0;
    while (durationMs > (this.#boundsMs[index] ?? Infinity)) index += 1;
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#sumMs += durationMs;
  }

  report(): Durations {
    return { counts: [...this.#counts], sumMs: this.#sumMs };
  }
}
