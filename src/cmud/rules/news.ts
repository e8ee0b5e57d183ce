import type { Happening } from './happening.ts';
import {
  capitalized,
  coins,
  command,
  counted,
  gap,
  heading,
  phrase,
  player,
  text,
  toned,
} from './phrase.ts';
import type { Block, Phrase } from './phrase.ts';
import { placeOf } from './places.ts';
import { mustGetProblem } from './problems.ts';
import { rankOf } from './ranks.ts';
import { tellChapter } from './stories.ts';
import type { World } from './world.ts';

/**
 * What appears by itself on the screen of `listener` when something happens that another client did.
 *
 * Small things (a find, a hit, a purchase) are seen by those in the same place; a place would be only a
 * word otherwise, and a full world a waterfall. Great things are told to everybody.
 */
export function newsFor(listener: string, happening: Happening, world: World): Block[] {
  const words = wordsFor(listener, happening, world);
  return words === undefined ? [] : [{ kind: 'text', phrase: words }];
}

/** A round is over: told to everybody, and to whoever brought it about. */
export function describeSolved(
  { rank, round, by, formerly }: Extract<Happening, { kind: 'solved' }>,
  listener: string,
): Block[] {
  const { name, title } = mustGetProblem(rank);
  const isSelf = by === listener;
  const who = isSelf ? phrase`${toned('strong', 'you')}` : phrase`${player(by)}`;
  if (formerly !== undefined) {
    return [
      text`Two last steps of ${name} crossed each other. The later one counts, and the title "${title}" goes to ${who}.`,
    ];
  }
  const last = isSelf
    ? phrase`${toned('strong', 'You')} take the last step and are`
    : phrase`${who} takes the last step and is`;
  return [
    gap,
    text`${toned('good', `*** ${capitalized(name)} is solved! ***`)} ${last} "${title}" from now on. Round ${round + 1} begins at full size.`,
  ];
}

/** A player reaches a rank: a line for the others, a chapter for the player. */
export function describePromotion(
  { name, rank }: Extract<Happening, { kind: 'promoted' }>,
  listener: string,
): Block[] {
  const { title } = rankOf(rank);
  if (name !== listener) {
    return [text`${player(name)} is promoted: ${toned('good', title)}.`];
  }
  return [gap, heading`${toned('good', `You are promoted: ${title}`)}`, ...tellChapter(rank), gap];
}

/** Undefined for what this listener is not told, and for what the two functions above tell. */
function wordsFor(listener: string, happening: Happening, world: World): Phrase | undefined {
  switch (happening.kind) {
    case 'earned':
    case 'bought':
    case 'broke':
      return isNear(listener, happening.name, world) ? gainOrLoss(listener, happening) : undefined;
    case 'hit':
      return hit(listener, happening, world);
    case 'moved':
      return moved(listener, happening, world);
    case 'arrived':
      return arrived(listener, happening, world);
    case 'left':
      return left(listener, happening, world);
    case 'solved':
    case 'promoted':
    case 'activity':
      return undefined;
  }
}

function gainOrLoss(
  listener: string,
  happening: Extract<Happening, { kind: 'earned' | 'bought' | 'broke' }>,
): Phrase {
  const isSelf = happening.name === listener;
  const who = isSelf ? phrase`Elsewhere, you` : phrase`${player(happening.name)}`;
  const s = isSelf ? '' : 's';
  switch (happening.kind) {
    case 'earned':
      return phrase`${who} dig${s} up ${coins(happening.coins)}.`;
    case 'bought':
      return phrase`${who} set${s} up ${happening.count} ${happening.type}.`;
    case 'broke':
      return phrase`${who} lose${s} ${happening.count} ${happening.type} in a cloud of smoke.`;
  }
}

/** Seen in the same place, and by everybody who works on the same problem at that moment. */
function hit(
  listener: string,
  { name, rank, steps, remaining }: Extract<Happening, { kind: 'hit' }>,
  world: World,
): Phrase | undefined {
  const works = world.online.activityOf(listener) === 'solving' && world.rankOf(listener) === rank;
  if (!works && !isNear(listener, name, world)) return undefined;
  const who = name === listener ? phrase`Elsewhere, you take` : phrase`${player(name)} takes`;
  return phrase`${who} ${counted(steps, 'step')} off ${mustGetProblem(rank).name}: ${remaining} left.`;
}

function moved(
  listener: string,
  { name, from, to }: Extract<Happening, { kind: 'moved' }>,
  world: World,
): Phrase | undefined {
  if (name === listener) {
    return phrase`Your other client takes you to ${toned('place', placeOf(to).name)}.`;
  }
  // Facts about a player who is not online are history that arrives late.
  if (!world.online.has(name)) return undefined;
  const here = world.placeOf(listener);
  if (from === here) return phrase`${player(name)} leaves for ${placeOf(to).name}.`;
  if (to === here) return phrase`${player(name)} comes in from ${placeOf(from).name}.`;
  return undefined;
}

function arrived(
  listener: string,
  { name }: Extract<Happening, { kind: 'arrived' }>,
  world: World,
): Phrase | undefined {
  if (name === listener) {
    return phrase`${toned('bad', 'A second client')} is playing ${player(name)} now. If that is not you: anybody can play anyone here, see ${command('help privacy')}.`;
  }
  if (world.online.writersOf(name).length > 1) return undefined;
  return phrase`${player(name)} (${rankOf(world.rankOf(name)).title}) comes into the game, ${placeOf(world.placeOf(name)).at}.`;
}

function left(
  listener: string,
  { name }: Extract<Happening, { kind: 'left' }>,
  world: World,
): Phrase | undefined {
  if (name === listener) return phrase`The other client of ${player(name)} has left.`;
  if (world.online.has(name)) return undefined;
  return phrase`${player(name)} has left the game.`;
}

function isNear(listener: string, name: string, world: World): boolean {
  return world.placeOf(listener) === world.placeOf(name);
}
