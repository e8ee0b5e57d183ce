import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Tribble } from '../../api-types.ts';
import { makePostKey } from '../../post-key.ts';
import {
  feedContinued,
  feedFailed,
  feedLoaded,
  ownPosted,
  tribbleArrived,
  tribbleGone,
  unloadedFeed,
  waitingShown,
} from './feed.ts';
import type { Feed } from './feed.ts';

function tribble(time: number, user = 'robin'): Tribble {
  const key = makePostKey(time, '00000000');
  return { id: `${user}/${key}`, user, key, posted: '', text: `at ${time}` };
}

function shown(feed: Feed): readonly string[] {
  return feed.list.items.map(({ tribble: { text } }) => text);
}

const loaded = feedLoaded(unloadedFeed, { items: [tribble(5), tribble(3)], next: 'more' });

test('what arrives waits, and is shown when it is asked for, newest first', () => {
  const arrived = tribbleArrived(tribbleArrived(loaded, tribble(7)), tribble(6));
  assert.deepEqual(shown(arrived), ['at 5', 'at 3']);
  assert.equal(arrived.waiting.length, 2);
  const all = waitingShown(arrived);
  assert.deepEqual(shown(all), ['at 7', 'at 6', 'at 5', 'at 3']);
  assert.deepEqual(all.waiting, []);
});

test('what arrives twice, or is shown already, does not wait', () => {
  const arrived = tribbleArrived(tribbleArrived(loaded, tribble(7)), tribble(7));
  assert.equal(tribbleArrived(arrived, tribble(5)).waiting.length, 1);
});

test('what comes late goes to where it belongs', () => {
  assert.deepEqual(shown(waitingShown(tribbleArrived(loaded, tribble(4)))), [
    'at 5',
    'at 4',
    'at 3',
  ]);
});

test('what arrived while the first page was on its way waits only if it is not on it', () => {
  const early = tribbleArrived(tribbleArrived(unloadedFeed, tribble(5)), tribble(6));
  const { waiting } = feedLoaded(early, { items: [tribble(5), tribble(3)] });
  assert.deepEqual(
    waiting.map(({ text }) => text),
    ['at 6'],
  );
});

test('the next page goes below, and nothing is shown twice', () => {
  const feed = feedContinued(loaded, { items: [tribble(3), tribble(2)] });
  assert.deepEqual(shown(feed), ['at 5', 'at 3', 'at 2']);
  assert.equal(feed.list.next, undefined);
});

test("the writer's own is on top at once, in the place of its draft, and does not wait too", () => {
  const own = tribble(8, 'heather');
  const feed = ownPosted(tribbleArrived(loaded, own), own, 'the draft');
  assert.deepEqual(shown(feed), ['at 8', 'at 5', 'at 3']);
  assert.equal(feed.list.items[0]?.place, 'the draft');
  assert.deepEqual(feed.waiting, []);
  assert.equal(ownPosted(feed, own, 'again').list.items.length, 3);
});

test('what is gone keeps its place, and waits no longer', () => {
  const arrived = tribbleArrived(loaded, tribble(7));
  const feed = tribbleGone(tribbleGone(arrived, tribble(7).id), tribble(5).id);
  assert.deepEqual(
    feed.list.items.map(({ isGone }) => isGone),
    [true, false],
  );
  assert.deepEqual(feed.waiting, []);
});

test('a page that fails takes away nothing that is there', () => {
  const problem = { code: 'lost', title: '', detail: '' };
  assert.equal(feedFailed(unloadedFeed, problem).list.status, 'failed');
  const feed = feedFailed(loaded, problem);
  assert.equal(feed.list.status, 'ready');
  assert.deepEqual(shown(feed), ['at 5', 'at 3']);
});
