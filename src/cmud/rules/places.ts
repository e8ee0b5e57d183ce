/** Where one can be. Every place can be reached from every other one. */
export type PlaceId =
  | 'fence'
  | 'bridge'
  | 'gates-1'
  | 'gates-2'
  | 'gates-3'
  | 'gates-4'
  | 'gates-5'
  | 'gates-6'
  | 'gates-7'
  | 'gates-8'
  | 'gates-9';

/**
 * What a place shows of the world as it is now. A place without a reason to go there is only a word, so
 * each has something to see that is nowhere else in one look; and speech stays where it is spoken.
 */
export type Sight =
  | 'titles'
  | 'problems'
  | 'promotions'
  | 'machines'
  | 'crowd'
  | 'board'
  | 'advice';

export interface Place {
  readonly id: PlaceId;
  readonly name: string;
  /** With its preposition, as it follows "you are". */
  readonly at: string;
  /** Short enough for a prompt. */
  readonly short: string;
  readonly description: string;
  readonly sight: Sight;
  /** What people type, besides the id: letters and digits only. */
  readonly aliases: readonly string[];
}

/** New players stand here; so does everybody who has never moved. */
export const startPlace: PlaceId = 'gates-5';

function floor(
  level: number,
  description: string,
  sight: Sight,
  ...aliases: readonly string[]
): Place {
  return {
    id: `gates-${level}` as PlaceId,
    name: `Gates Hall, floor ${level}`,
    at: `on floor ${level} of Gates Hall`,
    short: `gates ${level}`,
    description,
    sight,
    aliases: [`${level}`, `floor${level}`, `gateshall${level}`, `g${level}`, ...aliases],
  };
}

/** In the order of the map, which is also the way that `n` walks. */
export const places: readonly Place[] = [
  {
    id: 'fence',
    name: 'the Fence',
    at: 'at the Fence',
    short: 'fence',
    description:
      'More paint than wood by now. Each night somebody guards it and somebody else has a brush; ' +
      'whoever finished a great problem last is told to everybody who walks past.',
    sight: 'titles',
    aliases: ['thefence', 'paint'],
  },
  {
    id: 'bridge',
    name: 'the Randy Pausch Bridge',
    at: 'on the Randy Pausch Bridge',
    short: 'bridge',
    description:
      'A long bridge of coloured light. Tonight somebody has wired the lamps to the great problems: ' +
      'the brighter a strip, the nearer its problem is to being solved.',
    sight: 'problems',
    aliases: ['pausch', 'pauschbridge', 'randy', 'randypausch', 'randypauschbridge', 'lights'],
  },
  floor(
    1,
    'Swing doors, wet umbrellas, and a notice board with a crowd in front of it. A promotion that is not ' +
      'pinned here has not happened.',
    'promotions',
    'notices',
  ),
  floor(
    2,
    'The machine room. It is cold, it hums, and every rack wears the name of its owner. People come ' +
      'here to compare.',
    'machines',
    'machineroom',
  ),
  floor(
    3,
    'The café. The queue is long, the coffee is strong, and the barista knows who is where and what ' +
      'they are up to.',
    'crowd',
    'cafe',
  ),
  floor(
    4,
    'Rows of desks and one very large map of fifty towns, stuck full of pins and thread.',
    'board',
  ),
  floor(
    5,
    'The commons: sofas, sockets, and a whiteboard on which those who came before leave advice for ' +
      'those who come next. This is where everybody starts.',
    'advice',
    'commons',
    'home',
  ),
  floor(
    6,
    'Quiet, because an examination is going on that has never ended. The sheet on the door asks for the ' +
      'text behind a digest.',
    'board',
  ),
  floor(
    7,
    'A laboratory full of fans. In the middle a screen prints sentences that nearly mean something.',
    'board',
  ),
  floor(
    8,
    'A corridor of blackboards covered on both sides, with two letters and an equals sign at the end.',
    'board',
  ),
  floor(
    9,
    'Under the roof: an armchair, a window, and one question on a card. It is said that the answer is ' +
      'short.',
    'board',
    'roof',
  ),
];

const placesById: ReadonlyMap<string, Place> = new Map(places.map((place) => [place.id, place]));

export function placeOf(id: PlaceId): Place {
  const place = placesById.get(id);
  if (place === undefined) throw new Error(`no such place: ${id}`);
  return place;
}

export function isPlaceId(text: string): text is PlaceId {
  return placesById.has(text);
}

/** The place that follows on the map; after the last one comes the first. */
export function nextPlace(id: PlaceId): PlaceId {
  const index = places.findIndex((place) => place.id === id);
  return (places[(index + 1) % places.length] ?? placeOf(startPlace)).id;
}

/** The places that `text` may mean: one if it is clear, several for a beginning they share. */
export function findPlaces(text: string): Place[] {
  const wanted = text.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  if (wanted === '') return [];
  const exact = places.filter((place) => spellings(place).includes(wanted));
  if (exact.length > 0) return exact;
  return places.filter((place) => spellings(place).some((spelling) => spelling.startsWith(wanted)));
}

function spellings(place: Place): string[] {
  return [place.id.replace('-', ''), ...place.aliases];
}
