import { hardware } from './hardware.ts';
import type { Counts, HardwareType } from './hardware.ts';

/**
 * Everything in the game that is left to chance. Each function is given its random numbers, evenly from
 * 0 (included) to 1 (excluded), so that a seed repeats a game and a test can choose its luck.
 */

/** How long a dig or a try takes at most; it is anything from 0 to this. */
const waitMaxMs = 4_000;

export function waitMs(fraction: number): number {
  return fraction * waitMaxMs;
}

/** 9 digs in 10 find something. */
const findShare = 0.9;

/** The coins of one dig: 0 in 1 of 10, otherwise 1 to `power`, evenly. */
export function findCoins(power: number, luck: number, amount: number): number {
  if (luck >= findShare) return 0;
  return 1 + Math.floor(amount * power);
}

/** What becomes of one try at a problem: of 20, 3 break hardware, 16 hit, 1 does nothing. */
export function tryOutcome(luck: number): 'break' | 'hit' | 'nothing' {
  const side = Math.floor(luck * 20);
  if (side < 3) return 'break';
  return side < 19 ? 'hit' : 'nothing';
}

/** Which of the owned types breaks, each as likely as the others; undefined if none is owned. */
export function chooseBroken(counts: Counts, fraction: number): HardwareType | undefined {
  const owned = hardware.filter(({ type }) => counts[type] > 0);
  return owned[Math.floor(fraction * owned.length)]?.type;
}

/** How many are lost when `count` falls to a quarter. */
export function lossOf(count: number): number {
  return count - Math.floor(count / 4);
}
