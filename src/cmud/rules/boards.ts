import { coins, command, gap, heading, listed, phrase, player, text, toned } from './phrase.ts';
import type { Block, Phrase } from './phrase.ts';
import { placeOf, places } from './places.ts';
import type { Place, Sight } from './places.ts';
import { problemAt } from './problems.ts';
import { rankOf } from './ranks.ts';
import type { World } from './world.ts';

const topShown = 10;
const whoShown = 50;

const sightWords: Readonly<Record<Sight, string>> = {
  titles: 'who solved something last',
  problems: 'how far all problems are',
  promotions: 'who was promoted last',
  machines: 'who has the most power',
  crowd: 'what everybody is up to',
  board: 'a problem on a board',
  advice: 'what to do next',
};

/** `map`: every place, what can be seen there, who is there. Only those who are online are anywhere. */
export function describeMap(world: World, name: string): Block[] {
  const here = world.placeOf(name);
  const rows = places.map((place): Phrase[] => {
    const others = world.peopleAt(place.id).filter((one) => one !== name);
    const people = others.map((one) => player(one));
    const you = place.id === here ? [toned('strong', 'you')] : [];
    return [
      phrase`${toned('place', place.name)}`,
      phrase`${sightOf(place)}`,
      listed([...you, ...people]),
    ];
  });
  return [
    {
      kind: 'table',
      columns: [
        { title: '', align: 'left' },
        { title: 'to see', align: 'left' },
        { title: 'there now', align: 'left' },
      ],
      rows,
    },
    gap,
    text`You are ${placeOf(here).at}. ${command('move PLACE')} takes you anywhere; ${command('n')} to the next one.`,
  ];
}

function sightOf({ id, sight }: Place): string {
  return problemAt(id)?.name ?? sightWords[sight];
}

/** `who`: everybody who is online. */
export function describeWho(world: World, name: string): Block[] {
  const names = world.online.names();
  const rows = names
    .slice(0, whoShown)
    .map((one): Phrase[] => [
      phrase`${player(one)}${one === name ? ' (you)' : ''}`,
      phrase`${rankOf(world.rankOf(one)).title}`,
      phrase`${toned('place', placeOf(world.placeOf(one)).name)}`,
      phrase`${world.online.activityOf(one)}`,
    ]);
  const more = names.length - rows.length;
  return [
    {
      kind: 'table',
      columns: [
        { title: '', align: 'left' },
        { title: 'rank', align: 'left' },
        { title: 'place', align: 'left' },
        { title: 'doing', align: 'left' },
      ],
      rows,
    },
    ...(more > 0 ? [text`… and ${more} more.`] : []),
  ];
}

/** `top`: who has got furthest, by rank, then power, then coins. */
export function describeTop(world: World, name: string): Block[] {
  const standing = world
    .players()
    .map((facts) => ({ name: facts.name, level: rankOf(facts.rank).level, ...facts.holdings }))
    .toSorted(
      (one, other) =>
        other.level - one.level ||
        other.power - one.power ||
        other.coins - one.coins ||
        (one.name < other.name ? -1 : 1),
    );
  if (standing.length === 0) return [text`Nobody has done anything yet. Be the first.`];
  const rows = standing
    .map((one, index) => ({ one, place: index + 1 }))
    .filter(({ one, place }) => place <= topShown || one.name === name)
    .map(({ one, place }): Phrase[] => [
      phrase`${place}. ${player(one.name)}${one.name === name ? ' (you)' : ''}`,
      phrase`${rankOf(world.rankOf(one.name)).title}`,
      phrase`${one.power}`,
      phrase`${coins(one.coins)}`,
      phrase`${world.online.has(one.name) ? 'yes' : ''}`,
    ]);
  return [
    heading`Furthest so far`,
    {
      kind: 'table',
      columns: [
        { title: '', align: 'left' },
        { title: 'rank', align: 'left' },
        { title: 'power', align: 'right' },
        { title: 'purse', align: 'right' },
        { title: 'online', align: 'left' },
      ],
      rows,
    },
  ];
}
