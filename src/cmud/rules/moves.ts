import { chooseBroken, findCoins, lossOf, tryOutcome } from './chance.ts';
import { addHit } from './damage.ts';
import { gameLimits } from './game-limits.ts';
import { hardware, hardwareOf, offeredTo } from './hardware.ts';
import type { HardwareType } from './hardware.ts';
import { awardKey, damageKey, ledgerKey, onlineKey, placeKey, solvedKey } from './keys.ts';
import { breakDown, buy, earn, grant } from './ledger.ts';
import type { Ledger } from './ledger.ts';
import type { PlaceId } from './places.ts';
import { problemOf } from './problems.ts';
import type { Problem, ProblemId } from './problems.ts';
import { earnsPromotion } from './promotion.ts';
import { rankAbove, ranks } from './ranks.ts';
import type { Rank } from './ranks.ts';
import {
  encodeAward,
  encodeDamage,
  encodeLedger,
  encodePlace,
  encodePresence,
  encodeSolved,
} from './values.ts';
import type { Activity } from './values.ts';
import type { World } from './world.ts';

/** Who acts: a player through one running client. */
export interface Seat {
  readonly name: string;
  /** This client's id: the `W` of every key that it writes. */
  readonly writer: string;
}

/**
 * A Put for the store. The caller applies it to its own view first, so that its totals never depend on
 * what a replica says, and puts it again until it is kept.
 */
export interface Write {
  readonly key: string;
  readonly value: string;
  /** Without it, for ever. */
  readonly ttlMs?: number;
}

export interface Dig {
  readonly coins: number;
  readonly writes: readonly Write[];
}

/** One dig of `mine`. */
export function dig(world: World, seat: Seat, luck: number, amount: number): Dig {
  const found = findCoins(world.holdingsOf(seat.name).power, luck, amount);
  if (found === 0) return { coins: 0, writes: [] };
  const ledger = world.player(seat.name).ledger(seat.writer);
  return { coins: found, writes: [ledgerWrite(seat, earn(ledger, found))] };
}

export type Purchase =
  | {
      readonly kind: 'bought';
      readonly type: HardwareType;
      readonly count: number;
      readonly cost: number;
      readonly writes: readonly Write[];
    }
  | { readonly kind: 'rank-too-low'; readonly type: HardwareType; readonly needed: Rank }
  | {
      readonly kind: 'too-expensive';
      readonly type: HardwareType;
      readonly cost: number;
      readonly balance: number;
      readonly affordable: number;
    };

/**
 * Buys `count` of a type, or as many as the coins are good for. The rank decides here too and not only in
 * the list of the shop, and coins and hardware change in one Put.
 */
export function purchase(
  world: World,
  seat: Seat,
  type: HardwareType,
  count: number | 'max',
): Purchase {
  const player = world.player(seat.name);
  if (!offeredTo(player.rank).some((item) => item.type === type)) {
    return { kind: 'rank-too-low', type, needed: rankThatMayBuy(type) };
  }
  const { coins } = player.holdings;
  const price = hardwareOf(type).priceCoins;
  const affordable = Math.max(0, Math.floor(coins / price));
  const wanted = count === 'max' ? Math.max(1, affordable) : count;
  const cost = wanted * price;
  if (wanted > affordable) {
    return { kind: 'too-expensive', type, cost, balance: coins, affordable };
  }
  const ledger = buy(player.ledger(seat.writer), type, wanted);
  return { kind: 'bought', type, count: wanted, cost, writes: [ledgerWrite(seat, ledger)] };
}

export type Attempt =
  | { readonly kind: 'retired' }
  | { readonly kind: 'nothing' }
  | {
      readonly kind: 'hit';
      readonly problem: Problem;
      readonly round: number;
      readonly steps: number;
      readonly remaining: number;
      readonly writes: readonly Write[];
    }
  | {
      readonly kind: 'broke';
      readonly type: HardwareType;
      readonly count: number;
      /** Nothing is left but the processor that everybody gets who has nothing. */
      readonly isRuined: boolean;
      readonly writes: readonly Write[];
    };

/** One try of `solve` at the problem of the player's own rank. */
export function attempt(
  world: World,
  seat: Seat,
  luck: number,
  choice: number,
  nowMs: number,
): Attempt {
  const problem = problemOf(world.rankOf(seat.name));
  if (problem === undefined) return { kind: 'retired' };
  const outcome = tryOutcome(luck);
  if (outcome === 'break') return breakSomething(world, seat, choice);
  if (outcome === 'nothing') return { kind: 'nothing' };
  const facts = world.problem(problem.rank);
  const round = facts.currentRound;
  const before = facts.remaining(round);
  const { power } = world.holdingsOf(seat.name);
  // What is more than the rest is not damage: shares of 5 % are shares of the work that there was.
  const steps = Math.min(power, before);
  if (steps === 0) return { kind: 'nothing' };
  const damage = addHit(facts.damageBy(round, seat.name, seat.writer), steps, nowMs);
  const key = damageKey(problem.rank, round, seat.name, seat.writer);
  const writes = [{ key, value: encodeDamage(damage) }];
  return { kind: 'hit', problem, round, steps, remaining: before - steps, writes };
}

/** Goes to a place. */
export function moveTo(seat: Seat, place: PlaceId): Write {
  return { key: placeKey(seat.name), value: encodePlace(place) };
}

/** Tells that this client is there; to be put again before it expires. */
export function bePresent(seat: Seat, activity: Activity): Write {
  return {
    key: onlineKey(seat.name, seat.writer),
    value: encodePresence({ activity }),
    ttlMs: gameLimits.presenceMs,
  };
}

/**
 * What follows from the facts and is not written yet: that a round is solved, that the player is promoted.
 *
 * Both are read off the fold and not decided by a moment: hits that crossed each other on the way may take
 * the last step together, without any client having seen it happen. Whoever sees it later writes it, and
 * everybody who sees the same facts writes the same value.
 *
 * @param isEager - also closes rounds in which the player had no part, for whoever wants to go on
 */
export function settle(world: World, name: string, nowMs: number, isEager: boolean): Write[] {
  const problem = problemOf(world.rankOf(name));
  if (problem === undefined) return [];
  return [
    ...settleRound(world, problem, name, isEager),
    ...settleAward(world, problem, name, nowMs),
  ];
}

function settleRound(world: World, problem: Problem, name: string, isEager: boolean): Write[] {
  const facts = world.problem(problem.rank);
  const round = facts.currentRound;
  const hasPart = facts.damageOf(round, name).hits > 0;
  if (!hasPart && !isEager) return [];
  if (facts.remaining(round) > 0) return [];
  const last = facts
    .round(round)
    .contributions.toSorted(
      (one, other) => other.lastMs - one.lastMs || (one.name < other.name ? -1 : 1),
    )[0];
  if (last === undefined) return [];
  const value = encodeSolved({ by: last.name, atMs: last.lastMs });
  return [{ key: solvedKey(problem.rank, round), value }];
}

/**
 * Looks through all rounds with a part of the player, not only the last: who was offline when a round was
 * solved is promoted at the next login.
 */
function settleAward(world: World, problem: Problem, name: string, nowMs: number): Write[] {
  const above = rankAbove(problem.rank);
  if (above === undefined) return [];
  const facts = world.problem(problem.rank);
  const round = facts
    .roundsWith(name)
    .find((one) => facts.isSolved(one) && earnsPromotion(problem, facts.damageOf(one, name)));
  if (round === undefined) return [];
  return [{ key: awardKey(name, above.id), value: encodeAward({ round, atMs: nowMs }) }];
}

/** How near the player is to a promotion in the current round of `rank`. */
export function partIn(
  world: World,
  rank: ProblemId,
  name: string,
): { readonly steps: number; readonly hits: number; readonly isEnough: boolean } {
  const facts = world.problem(rank);
  const damage = facts.damageOf(facts.currentRound, name);
  const { steps, hits } = damage;
  return { steps, hits, isEnough: earnsPromotion(facts.problem, damage) };
}

function breakSomething(world: World, seat: Seat, choice: number): Attempt {
  const { counts } = world.holdingsOf(seat.name);
  const type = chooseBroken(counts, choice);
  // Only after a race of two clients with the same character is there nothing to break.
  if (type === undefined) return { kind: 'nothing' };
  const count = lossOf(counts[type]);
  const ownsOthers = hardware.some((item) => item.type !== type && counts[item.type] > 0);
  const isRuined = !ownsOthers && counts[type] === count;
  const after = breakDown(world.player(seat.name).ledger(seat.writer), type, count);
  const ledger = isRuined ? grant(after, 'cpu', 1) : after;
  return { kind: 'broke', type, count, isRuined, writes: [ledgerWrite(seat, ledger)] };
}

function ledgerWrite(seat: Seat, ledger: Ledger): Write {
  return { key: ledgerKey(seat.name, seat.writer), value: encodeLedger(ledger) };
}

function rankThatMayBuy(type: HardwareType): Rank {
  const level = hardware.findIndex((item) => item.type === type);
  const rank = ranks[level];
  if (rank === undefined) throw new Error(`no rank may buy ${type}`);
  return rank;
}
