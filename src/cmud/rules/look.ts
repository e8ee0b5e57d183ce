import { hardware } from './hardware.ts';
import { advise } from './advice.ts';
import {
  command,
  capitalized,
  counted,
  heading,
  listed,
  phrase,
  player,
  text,
  toned,
} from './phrase.ts';
import type { Block, Phrase } from './phrase.ts';
import { placeOf } from './places.ts';
import type { Place } from './places.ts';
import { problemBar } from './problem-view.ts';
import { problemAt, problems } from './problems.ts';
import { rankOf, ranks } from './ranks.ts';
import type { World } from './world.ts';

/** `look`: the place, what can be seen there of the world as it is now, and who is there. */
export function describePlace(world: World, name: string): Block[] {
  const place = placeOf(world.placeOf(name));
  return [
    heading`${toned('place', capitalized(place.name))}`,
    text`${place.description}`,
    ...describeSight(world, place, name),
    text`${describeCompany(world, place, name)}`,
  ];
}

/** Who else is here, in one sentence. */
export function describeCompany(world: World, place: Place, name: string): Phrase {
  const others = world.peopleAt(place.id).filter((other) => other !== name);
  if (others.length === 0) return phrase`Nobody else is here.`;
  const shown = others.slice(0, 12).map((other) => {
    const doing = world.online.activityOf(other);
    return doing === 'idle' ? phrase`${player(other)}` : phrase`${player(other)} (${doing})`;
  });
  const rest = others.length - shown.length;
  const names = rest === 0 ? listed(shown) : listed([...shown, counted(rest, 'other')]);
  return phrase`Here with you: ${names}.`;
}

function describeSight(world: World, place: Place, name: string): Block[] {
  switch (place.sight) {
    case 'titles':
      return [text`${lastTitles(world)}`];
    case 'problems':
      return problems.map(({ rank }) => problemBar(world, rank));
    case 'promotions':
      return [text`${lastPromotions(world)}`];
    case 'machines':
      return [text`${strongest(world)}`];
    case 'crowd':
      return [text`${crowd(world)}`];
    case 'board': {
      const problem = problemAt(place.id);
      return problem === undefined ? [] : [problemBar(world, problem.rank)];
    }
    case 'advice':
      return [text`On the whiteboard: ${advise(world, name)}`];
  }
}

function lastTitles(world: World): Phrase {
  const finished = problems
    .flatMap(({ rank, name }) =>
      world
        .problem(rank)
        .solvedRounds()
        .slice(0, 3)
        .map(({ solved }) => ({ ...solved, name })),
    )
    .toSorted((one, other) => other.atMs - one.atMs)
    .slice(0, 3);
  if (finished.length === 0) return phrase`It is freshly white. No problem has been solved yet.`;
  const lines = finished.map(({ by, name }) => phrase`${player(by)} finished ${name}`);
  return phrase`Newest coat first: ${listed(lines)}.`;
}

function lastPromotions(world: World): Phrase {
  const promotions = world
    .players()
    .flatMap(({ name, awards }) => [...awards].map(([rank, { atMs }]) => ({ name, rank, atMs })))
    .toSorted((one, other) => other.atMs - one.atMs)
    .slice(0, 5);
  if (promotions.length === 0) return phrase`The board is empty. Nobody has been promoted yet.`;
  const lines = promotions.map(({ name, rank }) => phrase`${player(name)}, ${rankOf(rank).title}`);
  return phrase`Pinned up, newest first: ${listed(lines)}.`;
}

function strongest(world: World): Phrase {
  const owners = world
    .players()
    .map(({ name, holdings }) => ({ name, power: holdings.power }))
    .filter(({ power }) => power > 1)
    .toSorted((one, other) => other.power - one.power || (one.name < other.name ? -1 : 1))
    .slice(0, 3);
  if (owners.length === 0) {
    return phrase`The racks are empty but for ${hardware.length} shelves of dust. Whoever buys something will be first.`;
  }
  const lines = owners.map(({ name, power }) => phrase`${player(name)} with a power of ${power}`);
  return phrase`The loudest racks: ${listed(lines)}.`;
}

function crowd(world: World): Phrase {
  const names = world.online.names();
  const counts = ranks
    .map(({ id, title }) => ({
      title,
      count: names.filter((name) => world.rankOf(name) === id).length,
    }))
    .filter(({ count }) => count > 0)
    .map(({ title, count }) => `${count} ${title}`);
  const busy = names.filter((name) => world.online.activityOf(name) !== 'idle').length;
  return phrase`The barista nods at the room: ${listed(counts)}; ${busy} of them at work. ${command('who')} knows them by name.`;
}
