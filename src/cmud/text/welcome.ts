import { advise } from '../rules/advice.ts';
import { describeCompany, describePlace } from '../rules/look.ts';
import { coins, command, gap, heading, phrase, player, text, toned } from '../rules/phrase.ts';
import type { Block } from '../rules/phrase.ts';
import { placeOf } from '../rules/places.ts';
import { rankOf } from '../rules/ranks.ts';
import { tellChapter } from '../rules/stories.ts';
import type { World } from '../rules/world.ts';

const letters: readonly string[] = [
  '   ___  __  __  _   _  ____',
  '  / __||  \\/  || | | ||  _ \\     ',
  ' | (__ | |\\/| || |_| || |_) |    ',
  '  \\___||_|  |_| \\___/ |____/',
];

const beside: readonly string[] = [
  '',
  'a world to dig, buy and think in,',
  'together with everybody else',
  '',
];

/** The first screen: what this is, before anything about the player is known. */
export const titleBlocks: readonly Block[] = [
  {
    kind: 'art',
    lines: [
      ...letters.map((line, index) => [toned('title', line), toned('faint', beside[index] ?? '')]),
      [],
    ],
  },
];

/** What a player is told on coming in. */
export function welcome(world: World, name: string, isNew: boolean): Block[] {
  const { coins: balance, power } = world.holdingsOf(name);
  const place = placeOf(world.placeOf(name));
  const { called } = rankOf(world.rankOf(name));
  if (isNew) {
    return [
      heading`Welcome, ${player(name)}.`,
      ...tellChapter('undergraduate'),
      gap,
      // The whole of it has to fit a screen of 24 lines: the place is told in one.
      text`You are ${place.at}. ${describeCompany(world, place, name)} ${command('look')} shows the place, ${command('mine 5')} digs for coins, ${command('help playing')} explains the game on one page.`,
    ];
  }
  const purse = balance < 0 ? phrase`${coins(-balance)} of debt` : phrase`${coins(balance)}`;
  return [
    heading`Welcome back, ${player(name)}.`,
    text`You are ${called}, with ${purse} and a power of ${power}. Best now: ${advise(world, name)}`,
    gap,
    ...describePlace(world, name),
  ];
}
