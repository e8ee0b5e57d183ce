import type { Random } from '../../core/random.ts';

/**
 * How long to wait before the next dial: twice as long each time, up to a bound, times 0.5 to 1 at random.
 * Without chance, all who lost a server would come back at once, again and again.
 */
export class ReconnectDelay {
  readonly #random: Random;
  readonly #firstMs: number;
  readonly #lastMs: number;
  #nextMs: number;

  constructor(random: Random, { firstMs, lastMs }: { firstMs: number; lastMs: number }) {
    this.#random = random;
    this.#firstMs = firstMs;
    this.#lastMs = lastMs;
    this.#nextMs = firstMs;
  }

  take(): number {
    const delayMs = this.#nextMs * (0.5 + 0.5 * this.#random.fraction());
    this.#nextMs = Math.min(2 * this.#nextMs, this.#lastMs);
    return delayMs;
  }

  reset(): void {
    this.#nextMs = this.#firstMs;
  }
}
