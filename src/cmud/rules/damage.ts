import { gameLimits } from './game-limits.ts';

/** What one writer of one player took off one round of a problem, as totals. See `Ledger` for why. */
export interface Damage {
  /** Steps taken off. */
  readonly steps: number;
  readonly hits: number;
  /** When the last of them landed, by the wall clock of the client that made it. */
  readonly lastMs: number;
}

export const noDamage: Damage = { steps: 0, hits: 0, lastMs: 0 };

/** The later of two values of the same writer, whichever came first. */
export function joinDamage(one: Damage, other: Damage): Damage {
  return {
    steps: Math.max(one.steps, other.steps),
    hits: Math.max(one.hits, other.hits),
    lastMs: Math.max(one.lastMs, other.lastMs),
  };
}

/** What several writers did together. */
export function sumDamage(parts: Iterable<Damage>): Damage {
  let sum = noDamage;
  for (const { steps, hits, lastMs } of parts) {
    sum = {
      steps: sum.steps + steps,
      hits: sum.hits + hits,
      lastMs: Math.max(sum.lastMs, lastMs),
    };
  }
  return sum;
}

export function addHit(damage: Damage, steps: number, atMs: number): Damage {
  return {
    steps: Math.min(damage.steps + steps, gameLimits.totalMax),
    hits: damage.hits + 1,
    lastMs: Math.max(damage.lastMs, atMs),
  };
}

/** What is left to do; never less than nothing, though hits in flight may add up to more than the size. */
export function remainingSteps(size: number, steps: number): number {
  return Math.max(0, size - steps);
}
