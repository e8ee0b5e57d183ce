import { randomFillSync } from 'node:crypto';
import type { Random } from '../core/random.ts';

const drawnBytes = 1_024;

/** Chance. Bytes are from the operating system's generator; fractions are fast and can be guessed. */
export class PlatformRandom implements Random {
  /** Drawn in advance, since to ask for a few costs as much as to ask for many. What is given away is not used again. */
  #drawn: Uint8Array = new Uint8Array();

  fraction(): number {
    return Math.random();
  }

  bytes(count: number): Uint8Array {
    if (count > drawnBytes / 4) return randomFillSync(new Uint8Array(count));
    if (this.#drawn.length < count) this.#drawn = randomFillSync(new Uint8Array(drawnBytes));
    const bytes = this.#drawn.slice(0, count);
    this.#drawn = this.#drawn.fill(0, 0, count).subarray(count);
    return bytes;
  }
}
