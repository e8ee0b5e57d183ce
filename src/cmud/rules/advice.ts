import { offeredTo } from './hardware.ts';
import { partIn } from './moves.ts';
import { coins, command, phrase } from './phrase.ts';
import type { Phrase } from './phrase.ts';
import { problemOf } from './problems.ts';
import type { World } from './world.ts';

/**
 * What a player in this situation does best next, in one sentence. A beginner who knows what to type next
 * plays on; one who has to read the manual does not.
 */
export function advise(world: World, name: string): Phrase {
  const rank = world.rankOf(name);
  const problem = problemOf(rank);
  const { coins: balance, power } = world.holdingsOf(name);
  if (problem === undefined) {
    return phrase`nothing is left to solve. ${command('who')} shows who could use a word from you.`;
  }
  if (balance < 0) {
    return phrase`you owe ${coins(-balance)}. ${command('mine 5')} pays it off by and by.`;
  }
  const best = offeredTo(rank).at(-1);
  if (best !== undefined && balance >= best.priceCoins) {
    return phrase`${coins(balance)} do nothing in a pocket. ${command(`buy ${best.type}`)} makes every dig and every hit worth more.`;
  }
  if (partIn(world, problem.rank, name).isEnough) {
    return phrase`your part of ${problem.name} is enough for a promotion, as soon as it is solved. Until then ${command('solve 5')} helps the others.`;
  }
  if (power * 25 < problem.size) {
    return phrase`dig first, solve later. ${command('mine 5')} digs five times, and ${command('shop')} has what makes you stronger.`;
  }
  return phrase`you are strong enough for ${problem.name}. ${command('solve 5')} tries it five times.`;
}
