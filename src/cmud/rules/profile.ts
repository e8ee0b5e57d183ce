import { hardware, hardwareOf, offeredTo } from './hardware.ts';
import type { Hardware } from './hardware.ts';
import {
  coins,
  command,
  counted,
  gap,
  heading,
  listed,
  phrase,
  player,
  text,
  toned,
} from './phrase.ts';
import type { Block, Phrase } from './phrase.ts';
import { placeOf } from './places.ts';
import { mustGetProblem, problemOf } from './problems.ts';
import { rankAbove, rankOf } from './ranks.ts';
import type { World } from './world.ts';

/** `inv`: coins, hardware, power. */
export function describeInventory(world: World, name: string): Block[] {
  const { coins: balance, counts, power } = world.holdingsOf(name);
  const owned = hardware.filter(({ type }) => counts[type] > 0);
  const rows = owned.map(({ type, label, power: each }): Phrase[] => [
    phrase`${type}`,
    phrase`${label}`,
    phrase`${counts[type]}`,
    phrase`${counts[type] * each}`,
  ]);
  const purse =
    balance < 0
      ? phrase`You owe ${coins(-balance)}: this character spent the same coins in two places at once. What you dig pays it off.`
      : phrase`You have ${coins(balance)}.`;
  return [
    text`${purse}`,
    {
      kind: 'table',
      columns: [
        { title: '', align: 'left' },
        { title: '', align: 'left' },
        { title: 'count', align: 'right' },
        { title: 'power', align: 'right' },
      ],
      rows,
    },
    text`All in all a power of ${toned('strong', power)}: a hit takes up to ${counted(power, 'step')} off a problem, a dig finds up to ${coins(power)}.`,
  ];
}

/** `shop`: what is sold to somebody of the player's rank, and for how many the coins are good. */
export function describeShop(world: World, name: string): Block[] {
  const rank = world.rankOf(name);
  const { coins: balance } = world.holdingsOf(name);
  const offered = offeredTo(rank);
  const rows = offered.map(({ type, label, priceCoins, power }): Phrase[] => [
    phrase`${type}`,
    phrase`${label}`,
    phrase`${coins(priceCoins)}`,
    phrase`${power}`,
    phrase`${Math.max(0, Math.floor(balance / priceCoins))}`,
  ]);
  return [
    {
      kind: 'table',
      columns: [
        { title: '', align: 'left' },
        { title: '', align: 'left' },
        { title: 'price', align: 'right' },
        { title: 'power', align: 'right' },
        { title: 'enough for', align: 'right' },
      ],
      rows,
    },
    gap,
    text`You have ${coins(balance)}. ${command('buy TYPE')} spends all that is good for it, ${command('buy 2 TYPE')} buys two.`,
    ...notYetSold(hardware[offered.length], rank),
  ];
}

/** `stats`: a life so far. */
export function describeLife(world: World, name: string, isSelf: boolean): Block[] {
  const facts = world.player(name);
  const { coins: balance, earned, spent, power } = facts.holdings;
  const problem = problemOf(facts.rank);
  const where = world.online.has(name)
    ? phrase`online, ${placeOf(facts.place).at}`
    : phrase`not online; last seen ${placeOf(facts.place).at}`;
  const rows: Phrase[][] = [
    [phrase`rank`, phrase`${rankOf(facts.rank).title}`],
    [phrase`whereabouts`, where],
    [phrase`purse`, phrase`${coins(balance)} (dug up ${earned}, spent ${spent})`],
    [phrase`power`, phrase`${power}`],
  ];
  if (problem !== undefined) {
    const round = world.problem(problem.rank);
    const { steps, hits } = round.damageOf(round.currentRound, name);
    const part =
      hits === 0
        ? phrase`none yet in round ${round.currentRound}`
        : phrase`${counted(steps, 'step')} in ${counted(hits, 'hit')} of round ${round.currentRound}`;
    rows.push([phrase`part in ${problem.name}`, part]);
  }
  const titles = world.titlesOf(name).map(({ rank, times }) => {
    const { title } = mustGetProblem(rank);
    return times === 1 ? title : `${title} (${times} times)`;
  });
  if (titles.length > 0) rows.push([phrase`titles`, listed(titles)]);
  if (isSelf && world.refusedCount > 0) {
    const odd = counted(world.refusedCount, 'value');
    rows.push([phrase`in the store`, phrase`${odd} that make no sense in this game, left aside`]);
  }
  return [
    heading`${player(name)}${isSelf ? ' (you)' : ''}`,
    {
      kind: 'table',
      columns: [
        { title: '', align: 'left' },
        { title: '', align: 'left' },
      ],
      rows,
    },
  ];
}

function notYetSold(item: Hardware | undefined, rank: Parameters<typeof rankAbove>[0]): Block[] {
  const above = rankAbove(rank);
  if (item === undefined || above === undefined) return [];
  return [
    text`Once you are ${above.called} you can also buy ${hardwareOf(item.type).type}, ${item.label}.`,
  ];
}
