/** Who is in a small world when it is new: people of one town, so that a timeline reads like one. */
export interface SamplePerson {
  readonly name: string;
  readonly follows: readonly string[];
}

export interface SampleTribble {
  readonly user: string;
  readonly minutesAgo: number;
  readonly text: string;
}

/** Everybody of the sample has this password: the world is only for this machine. */
export const sampleLogin = { user: 'heather', password: 'tribbler' } as const;

export const samplePeople: readonly SamplePerson[] = [
  { name: 'heather', follows: ['robin', 'wren', 'juniper', 'otis', 'ferry_times'] },
  { name: 'robin', follows: ['heather', 'otis', 'juniper', 'ferry_times'] },
  { name: 'wren', follows: ['heather', 'robin', 'marta_k', 'ferry_times'] },
  { name: 'juniper', follows: ['heather', 'wren', 'marta_k'] },
  { name: 'otis', follows: ['robin', 'heather', 'ferry_times'] },
  { name: 'marta_k', follows: ['juniper', 'wren', 'otis', 'ferry_times'] },
  { name: 'ferry_times', follows: [] },
];

const day = 1_440;

/** In the order of posting. */
export const sampleTribbles: readonly SampleTribble[] = [
  {
    user: 'ferry_times',
    minutesAgo: 4 * day + 300,
    text: 'Winter timetable from Monday: last boat to the island at 21:40.',
  },
  {
    user: 'otis',
    minutesAgo: 4 * day + 60,
    text: 'Found the box of slides from the old lighthouse. 212 of them, none labelled. This will be a long winter and a good one.',
  },
  {
    user: 'wren',
    minutesAgo: 3 * day + 700,
    text: 'Counted 31 oystercatchers from the pier this morning. Thirty-one!',
  },
  {
    user: 'robin',
    minutesAgo: 3 * day + 655,
    text: '@wren all on one leg, or did they take turns?',
  },
  {
    user: 'juniper',
    minutesAgo: 3 * day + 200,
    text: 'First loaf with the new starter. It did not rise so much as think about it.',
  },
  {
    user: 'marta_k',
    minutesAgo: 3 * day + 20,
    text: 'Choir on Thursday is in the library this week, the hall has no heating. Bring a scarf and your second-best voice.',
  },
  {
    user: 'heather',
    minutesAgo: 2 * day + 800,
    text: 'Moved the tide gauge to a machine that does not reboot when someone makes toast.',
  },
  {
    user: 'otis',
    minutesAgo: 2 * day + 640,
    text: 'Slide 14: a man, a dog, and what must be the 1962 ferry. Does anybody know the dog?',
  },
  {
    user: 'robin',
    minutesAgo: 2 * day + 610,
    text: 'That is Admiral. He belonged to the whole harbour and to nobody in particular.',
  },
  {
    user: 'juniper',
    minutesAgo: 2 * day + 90,
    text: 'Second loaf:\n- rose\n- has a crust\n- was eaten before the photo',
  },
  {
    user: 'ferry_times',
    minutesAgo: day + 900,
    text: 'Fog. The 07:15 leaves when the captain can see the bow.',
  },
  {
    user: 'ferry_times',
    minutesAgo: day + 840,
    text: 'The captain can see the bow. 07:15 left at 08:10.',
  },
  {
    user: 'wren',
    minutesAgo: day + 700,
    text: 'In the fog you can hear the curlews long before you see that you cannot see them.',
  },
  {
    user: 'marta_k',
    minutesAgo: day + 400,
    text: 'We were eleven at choir and one whistling kettle, which held its note better than the tenors. 🫖',
  },
  {
    user: 'heather',
    minutesAgo: day + 180,
    text: 'The gauge says 2.31 m at noon. The pier says wet feet. They agree.',
  },
  {
    user: 'robin',
    minutesAgo: 700,
    text: 'If anyone has lost a red mitten: it is on the third bollard, waving at the boats.',
  },
  {
    user: 'otis',
    minutesAgo: 480,
    text: 'Slide 97 shows the library with its old roof. I had forgotten that it was blue.',
  },
  {
    user: 'juniper',
    minutesAgo: 300,
    text: 'Bread for sale on Saturday from nine, until it is gone or until I have eaten it.',
  },
  {
    user: 'heather',
    minutesAgo: 95,
    text: 'Tide tables for December are up. Highest on the 4th: put your bicycles on the upper deck.',
  },
  {
    user: 'wren',
    minutesAgo: 42,
    text: 'A seal looked at me for a whole minute. I have never felt so thoroughly reviewed. 🦭',
  },
  {
    user: 'robin',
    minutesAgo: 12,
    text: 'The mitten has been claimed. Its owner is four and drove a hard bargain.',
  },
];
