import { gameLimits } from './game-limits.ts';
import { hardwareOf, mapCounts, noHardware, powerOf, startHardware } from './hardware.ts';
import type { Counts, HardwareType } from './hardware.ts';

/**
 * What one writer has done to one player's purse and hardware, as totals since that writer began.
 *
 * Totals and not balances: a balance that two clients read, change and write back loses coins. Totals of
 * one writer only grow, so an older value that comes late is told by being smaller, a Put that is
 * repeated changes nothing, and one that was lost is made good by the next.
 */
export interface Ledger {
  readonly earned: number;
  readonly spent: number;
  readonly bought: Counts;
  readonly broken: Counts;
}

export const emptyLedger: Ledger = {
  earned: 0,
  spent: 0,
  bought: noHardware,
  broken: noHardware,
};

/** What a player has: the fold over all of the player's ledgers. */
export interface Holdings {
  /** Below 0 it is a debt: the same character spent the same coins in two places during a partition. */
  readonly coins: number;
  readonly counts: Counts;
  /** At least 1: with nothing left one still works on a borrowed processor. */
  readonly power: number;
  readonly earned: number;
  readonly spent: number;
}

/** Coins = Σ earned − Σ spent; count = max(0, start + Σ bought − Σ broken). */
export function foldLedgers(ledgers: Iterable<Ledger>): Holdings {
  let earned = 0;
  let spent = 0;
  const net = { ...startHardware };
  for (const ledger of ledgers) {
    earned += ledger.earned;
    spent += ledger.spent;
    addCounts(net, ledger.bought, 1);
    addCounts(net, ledger.broken, -1);
  }
  const counts = mapCounts((type) => Math.max(0, net[type]));
  return { coins: earned - spent, counts, power: Math.max(1, powerOf(counts)), earned, spent };
}

/**
 * The later of two values of the same writer's ledger, whichever came first. Associative, commutative,
 * idempotent, because every total only grows.
 */
export function joinLedgers(one: Ledger, other: Ledger): Ledger {
  return {
    earned: Math.max(one.earned, other.earned),
    spent: Math.max(one.spent, other.spent),
    bought: mapCounts((type) => Math.max(one.bought[type], other.bought[type])),
    broken: mapCounts((type) => Math.max(one.broken[type], other.broken[type])),
  };
}

export function earn(ledger: Ledger, coins: number): Ledger {
  return { ...ledger, earned: capped(ledger.earned + coins) };
}

/** Coins out and hardware in, in one value: a client that dies has done both or neither. */
export function buy(ledger: Ledger, type: HardwareType, count: number): Ledger {
  const spent = capped(ledger.spent + count * hardwareOf(type).priceCoins);
  return { ...ledger, spent, bought: plus(ledger.bought, type, count) };
}

/** Takes `count` away for good. */
export function breakDown(ledger: Ledger, type: HardwareType, count: number): Ledger {
  return { ...ledger, broken: plus(ledger.broken, type, count) };
}

/** Hardware that costs nothing: what is given to those who have none left. */
export function grant(ledger: Ledger, type: HardwareType, count: number): Ledger {
  return { ...ledger, bought: plus(ledger.bought, type, count) };
}

function plus(counts: Counts, type: HardwareType, count: number): Counts {
  return { ...counts, [type]: capped(counts[type] + count) };
}

function addCounts(sum: Record<HardwareType, number>, counts: Counts, sign: 1 | -1): void {
  sum.cpu += sign * counts.cpu;
  sum.gpu += sign * counts.gpu;
  sum.asic += sign * counts.asic;
  sum.quantum += sign * counts.quantum;
  sum.dark_matter += sign * counts.dark_matter;
}

function capped(total: number): number {
  return Math.min(total, gameLimits.totalMax);
}
