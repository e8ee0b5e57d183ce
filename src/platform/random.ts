import { randomFillSync } from 'node:crypto';
import type { Random } from '../core/random.ts';

/** Chance. Bytes are from the operating system's generator; fractions are fast and can be guessed. */
export class PlatformRandom implements Random {
  fraction(): number {
    return Math.random();
  }

  bytes(count: number): Uint8Array {
    return randomFillSync(new Uint8Array(count));
  }
}
