import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Tribble } from '../../src/tribbler/api-types.ts';
import {
  createUsers,
  post,
  textIn,
  textsOf,
  timelineOf,
  TribblerWorld,
  valueOf,
} from '../support/tribbler-world.ts';

// Tribbler §3.1: posting, deleting and getting Tribbles.

test('the server makes the Tribble, with a unique post key and its time', async () => {
  const world = new TribblerWorld();
  const service = world.serve();
  await createUsers(service, 'heather');
  const [first, second] = [
    await post(service, 'heather', 'a'),
    await post(service, 'heather', 'a'),
  ];
  assert.notEqual(first.key, second.key);
  assert.equal(first.user, 'heather');
  const wallMs = world.simulation.node('app').outside.clock.wallMs();
  assert.equal(first.posted, new Date(wallMs).toISOString());
});

test('getting Tribbles gives the 100 most recent at most, the most recent first', async () => {
  const service = new TribblerWorld().serve();
  await createUsers(service, 'heather');
  for (let number = 1; number <= 105; number += 1) await post(service, 'heather', String(number));
  const expected = Array.from({ length: 100 }, (_, index) => String(105 - index));
  assert.deepEqual(await textsOf(service, 'heather'), expected);
});

test('the Tribbles of a nonexistent user are NoSuchUser, those of one who posted none are none', async () => {
  const service = new TribblerWorld().serve();
  await createUsers(service, 'heather');
  const options = { limit: 100, after: undefined };
  assert.equal((await service.timeline.ofUser('nobody', options)).status, 'NoSuchUser');
  assert.deepEqual(await textsOf(service, 'heather'), []);
});

test('a deleted Tribble is gone from its list, from timelines, and by its key, at all servers', async () => {
  const world = new TribblerWorld();
  const [one, other] = [world.serve('one'), world.serve('other')];
  await createUsers(one, 'heather', 'robin');
  await one.subscriptions.add('robin', 'heather');
  const tribble = await post(one, 'heather', 'oops');
  await post(one, 'heather', 'fine');
  assert.deepEqual(await timelineOf(other, 'robin'), ['fine', 'oops']);
  assert.equal((await one.posts.delete(tribble)).status, 'OK');
  for (const service of [one, other]) {
    assert.deepEqual(await textsOf(service, 'heather'), ['fine']);
    assert.deepEqual(await timelineOf(service, 'robin'), ['fine']);
    assert.equal(await service.posts.find(tribble), undefined);
  }
});

test('what is not there cannot be deleted', async () => {
  const service = new TribblerWorld().serve();
  await createUsers(service, 'heather', 'robin');
  const { key } = await post(service, 'heather', 'mine');
  assert.equal((await service.posts.delete({ user: 'robin', key })).status, 'NoSuchPost');
  assert.equal((await service.posts.delete({ user: 'nobody', key })).status, 'NoSuchUser');
  assert.equal((await service.posts.delete({ user: 'heather', key })).status, 'OK');
  assert.equal((await service.posts.delete({ user: 'heather', key })).status, 'NoSuchPost');
});

test('a Tribble that cannot be read any more is ignored', async () => {
  const world = new TribblerWorld();
  await createUsers(world.serve('one'), 'heather');
  const { key } = await post(world.serve('one'), 'heather', 'gone');
  await post(world.serve('one'), 'heather', 'there');
  // Half of a deletion: the list still has its key.
  await world.ring.open().delete(`heather:${key}`);
  assert.deepEqual(await textsOf(world.serve('other'), 'heather'), ['there']);
});

test('a timeline has the Tribbles of all whom the user follows, 100 at most, the most recent first', async () => {
  const service = new TribblerWorld().serve();
  await createUsers(service, 'heather', 'robin', 'wren', 'finch');
  await service.subscriptions.add('heather', 'robin');
  await service.subscriptions.add('heather', 'wren');
  const users = ['robin', 'wren', 'finch'];
  for (let number = 1; number <= 180; number += 1) {
    await post(service, users[number % 3] ?? '', String(number));
  }
  const expected = Array.from({ length: 180 }, (_, index) => 180 - index)
    .filter((number) => number % 3 !== 2)
    .slice(0, 100)
    .map(String);
  assert.deepEqual(await timelineOf(service, 'heather'), expected);
});

test('the timeline of a nonexistent user is NoSuchUser', async () => {
  const service = new TribblerWorld().serve();
  const options = { limit: 100, after: undefined, own: false };
  assert.equal((await service.timeline.bySubscription('nobody', options)).status, 'NoSuchUser');
});

test('Tribbles of the same time come in one order, at all servers', async () => {
  const world = new TribblerWorld();
  // Clocks of a simulation stand still: each server posts in the same microsecond.
  const services = ['one', 'two', 'three'].map((name) => world.serve(name));
  const [first] = services;
  assert.ok(first !== undefined);
  await createUsers(first, 'heather', 'robin', 'wren', 'finch');
  for (const user of ['robin', 'wren', 'finch']) await first.subscriptions.add('heather', user);
  const posted: Tribble[] = [];
  for (const [index, user] of ['robin', 'wren', 'finch'].entries()) {
    posted.push(await post(services[index] ?? first, user, user));
  }
  assert.equal(new Set(posted.map(({ posted: time }) => time)).size, 1);
  const expected = posted.toSorted((a, b) => (a.key < b.key ? 1 : -1)).map(({ text }) => text);
  for (const service of services) assert.deepEqual(await timelineOf(service, 'heather'), expected);
});

test('a Tribble whose post was acknowledged before the call is in the answer, whichever server is asked', async () => {
  const world = new TribblerWorld();
  const [one, other] = [world.serve('one'), world.serve('other')];
  await createUsers(one, 'heather', 'robin');
  await one.subscriptions.add('robin', 'heather');
  for (let number = 0; number < 20; number += 1) {
    await post(number % 2 === 0 ? one : other, 'heather', String(number));
    for (const service of [one, other]) {
      assert.ok((await timelineOf(service, 'robin')).includes(String(number)));
      assert.ok((await textsOf(service, 'heather')).includes(String(number)));
    }
  }
});

test('two servers that post for one user at the same time lose nothing', async () => {
  const world = new TribblerWorld();
  const [one, other] = [world.serve('one'), world.serve('other')];
  await createUsers(one, 'heather');
  const numbers = Array.from({ length: 40 }, (_, number) => String(number));
  await Promise.all(
    numbers.map((text, number) => post(number % 2 === 0 ? one : other, 'heather', text)),
  );
  assert.deepEqual((await textsOf(one, 'heather')).toSorted(), numbers.toSorted());
});

test('pages go on where the one before ended, without a gap or a repetition, to the first Tribble', async () => {
  const service = new TribblerWorld().serve();
  await createUsers(service, 'heather', 'robin', 'wren', 'finch');
  for (const user of ['robin', 'wren', 'finch']) await service.subscriptions.add('heather', user);
  // One of them posts much more than the others: his list is read further than theirs.
  const all: string[] = [];
  for (let number = 0; number < 700; number += 1) {
    const user = number % 50 === 0 ? 'wren' : 'robin';
    all.unshift((await post(service, user, String(number))).text);
  }
  const seen: string[] = [];
  let after: { user: string; key: string } | undefined;
  do {
    const options = { limit: 90, after, own: false };
    const page = valueOf<{ tribbles: Uint8Array[]; next: typeof after }>(
      await service.timeline.bySubscription('heather', options),
    );
    seen.push(...page.tribbles.map(textIn));
    after = page.next;
    // What is posted meanwhile is none of the pages' business.
    await post(service, 'robin', 'meanwhile');
  } while (after !== undefined);
  assert.deepEqual(seen, all);
});

test('a repeated post with one key makes one Tribble; another text is refused; a deleted one stays so', async () => {
  const world = new TribblerWorld();
  const [one, other] = [world.serve('one'), world.serve('other')];
  await createUsers(one, 'heather');
  const first = valueOf<Tribble>(await one.posts.post('heather', 'once', 'k1'));
  assert.deepEqual(valueOf(await other.posts.post('heather', 'once', 'k1')), first);
  assert.deepEqual(await textsOf(one, 'heather'), ['once']);
  assert.equal((await other.posts.post('heather', 'twice', 'k1')).status, 'OnceKeyReused');
  await one.posts.delete(first);
  await other.posts.post('heather', 'once', 'k1');
  assert.deepEqual(await textsOf(one, 'heather'), []);
});

test('the newest 100 idempotency keys of a user are remembered, and no more', async () => {
  const world = new TribblerWorld();
  const service = world.serve();
  await createUsers(service, 'heather');
  for (let number = 0; number <= 100; number += 1) {
    await service.posts.post('heather', String(number), `k${number}`);
  }
  const store = world.ring.open();
  assert.equal((await store.getList('heather:oncelist'))?.length, 100);
  assert.equal(await store.get('heather:once_k0'), undefined);
  assert.notEqual(await store.get('heather:once_k1'), undefined);
});
