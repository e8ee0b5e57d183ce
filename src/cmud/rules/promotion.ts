import type { Damage } from './damage.ts';
import type { Problem } from './problems.ts';
import { ranks, startRank } from './ranks.ts';
import type { RankId } from './ranks.ts';

/** Held by a player for having reached a rank. Written once, so the rank that it gives is never lost. */
export interface Award {
  /** The round of the problem of the rank below that earned it. */
  readonly round: number;
  readonly atMs: number;
}

/** A share of 5 %, as the number of such shares in the whole: whole numbers compare exactly. */
const sharesInWhole = 20;
const hitsEnough = 3;

/**
 * Whether somebody who did `damage` is promoted when the round is solved: at least 5 % of the work, or
 * three hits. Measured against the size of the problem and not against the sum of the damage: the sum
 * still grows while the last entries travel, and who is promoted must not depend on who looks when.
 */
export function earnsPromotion(problem: Problem, damage: Damage): boolean {
  return damage.hits >= hitsEnough || damage.steps * sharesInWhole >= problem.size;
}

/** The highest rank among the awards; without any, the rank where everybody starts. */
export function rankFromAwards(held: Iterable<RankId>): RankId {
  const ids = new Set(held);
  return ranks.findLast((rank) => ids.has(rank.id))?.id ?? startRank;
}
