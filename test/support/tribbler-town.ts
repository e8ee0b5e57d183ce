import type { TribblerSite } from './tribbler-site.ts';

const people = ['heather', 'robin', 'moss', 'juniper', 'wren', 'basil', 'clover', 'ada'];

const posts: readonly (readonly [user: string, text: string, minutesAgo: number])[] = [
  ['ada', 'Joined. Hello, small town.', 4600],
  ['clover', 'Does anybody have a spare bicycle pump? Mine has retired.', 2980],
  ['basil', '@clover left mine on your steps. Keep it till Sunday.', 2950],
  ['wren', 'Choir tonight is in the old library, not the hall. Bring a lamp.', 1610],
  ['juniper', 'Counted the swifts over the river this evening: 41. Last year it was 12.', 1440],
  [
    'moss',
    'Things that took longer than planned this week:\n– the shelf\n– finding the level\n– admitting the shelf is not level',
    420,
  ],
  ['robin', 'The bakery is trying rye again. You did not hear it from me.', 205],
  [
    'heather',
    'Reading about consistent hashing on the train. Every key finds its own way home, which is more than I can say for myself.',
    96,
  ],
  [
    'basil',
    'Tomatoes: first one red. Notes on the whole sorry season: https://example.com/tomatoes',
    61,
  ],
  ['robin', '@heather change at the mill, not at the bridge. Trust me.', 34],
  [
    'juniper',
    'Fog so thick this morning that the ferry rang its bell the whole way. Lovely sound.',
    12,
  ],
  ['moss', 'The shelf is level.', 3],
];

/** A small town on the site: eight people who know each other a little. */
export async function settleTown(site: TribblerSite): Promise<void> {
  await site.join(...people);
  await site.follow('heather', 'robin', 'moss', 'juniper', 'wren', 'basil', 'clover');
  await site.follow('robin', 'heather', 'basil', 'moss');
  await site.follow('moss', 'heather', 'robin');
  await site.follow('juniper', 'heather');
  await site.follow('basil', 'clover', 'robin');
  await site.follow('ada', 'heather');
  for (const [user, text, minutesAgo] of posts) await site.post(user, text, minutesAgo);
}
