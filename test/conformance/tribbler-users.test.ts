import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createUsers, post, textsOf, TribblerWorld, valueOf } from '../support/tribbler-world.ts';

// Tribbler §3.1: creating users, subscriptions, friends.

const record = { created: '2026-11-26T08:00:00.000Z', passwordHash: '' };

test('before a user is created it can neither subscribe, nor post, nor be subscribed to', async () => {
  const service = new TribblerWorld().serve();
  await createUsers(service, 'heather');
  assert.equal((await service.subscriptions.add('nobody', 'heather')).status, 'NoSuchUser');
  assert.equal((await service.subscriptions.add('heather', 'nobody')).status, 'NoSuchTargetUser');
  assert.equal((await service.posts.post('nobody', 'Hello')).status, 'NoSuchUser');
});

test('creating a user replies OK', async () => {
  const service = new TribblerWorld().serve();
  assert.equal((await service.users.create('heather', record)).status, 'OK');
});

test('creating a user that is in the system already replies Exists', async () => {
  const service = new TribblerWorld().serve();
  await createUsers(service, 'heather');
  assert.equal((await service.users.create('heather', record)).status, 'Exists');
});

test('of two servers that create one user at once, one is told OK and one Exists', async () => {
  const world = new TribblerWorld();
  const [one, other] = [world.serve('one'), world.serve('other')];
  const outcomes = await Promise.all([
    one.users.create('heather', record),
    other.users.create('heather', record),
  ]);
  assert.deepEqual(outcomes.map(({ status }) => status).toSorted(), ['Exists', 'OK']);
});

test('users can subscribe and unsubscribe', async () => {
  const service = new TribblerWorld().serve();
  await createUsers(service, 'heather', 'robin');
  const all = { limit: 100, after: undefined };
  assert.equal((await service.subscriptions.add('heather', 'robin')).status, 'OK');
  const with_ = valueOf<{ items: string[] }>(await service.pageOf('subscriptions', 'heather', all));
  assert.deepEqual(with_.items, ['robin']);
  assert.equal((await service.subscriptions.remove('heather', 'robin')).status, 'OK');
  const without = valueOf<{ items: string[] }>(
    await service.pageOf('subscriptions', 'heather', all),
  );
  assert.deepEqual(without.items, []);
});

test('a nonexistent user cannot be subscribed to', async () => {
  const service = new TribblerWorld().serve();
  await createUsers(service, 'heather');
  assert.equal((await service.subscriptions.add('heather', 'robin')).status, 'NoSuchTargetUser');
  assert.equal((await service.subscriptions.remove('heather', 'robin')).status, 'NoSuchTargetUser');
});

test('a nonexistent user cannot subscribe to anyone', async () => {
  const service = new TribblerWorld().serve();
  await createUsers(service, 'heather');
  assert.equal((await service.subscriptions.add('robin', 'heather')).status, 'NoSuchUser');
  assert.equal((await service.subscriptions.remove('robin', 'heather')).status, 'NoSuchUser');
});

test('subscribing twice is subscribing once', async () => {
  const service = new TribblerWorld().serve();
  await createUsers(service, 'heather', 'robin');
  for (let time = 0; time < 2; time += 1) await service.subscriptions.add('heather', 'robin');
  const options = { limit: 100, after: undefined };
  const page = valueOf<{ items: string[] }>(
    await service.pageOf('subscriptions', 'heather', options),
  );
  assert.deepEqual(page.items, ['robin']);
});

test('A and B are friends if A is subscribed to B and B is subscribed to A, and not before', async () => {
  const service = new TribblerWorld().serve();
  await createUsers(service, 'heather', 'robin', 'wren');
  await service.subscriptions.add('heather', 'robin');
  await service.subscriptions.add('wren', 'heather');
  const friendsOf = async (user: string): Promise<readonly string[]> =>
    valueOf<{ users: readonly string[] }>(await service.subscriptions.friends(user)).users;
  assert.deepEqual(await friendsOf('heather'), []);
  await service.subscriptions.add('robin', 'heather');
  assert.deepEqual(await friendsOf('heather'), ['robin']);
  assert.deepEqual(await friendsOf('robin'), ['heather']);
  await service.subscriptions.remove('robin', 'heather');
  assert.deepEqual(await friendsOf('heather'), []);
});

test('the friends of a nonexistent user are NoSuchUser', async () => {
  const service = new TribblerWorld().serve();
  assert.equal((await service.subscriptions.friends('nobody')).status, 'NoSuchUser');
});

test('a name with a colon reaches nobody else', async () => {
  const service = new TribblerWorld().serve();
  await createUsers(service, 'heather', 'robin');
  await post(service, 'heather', 'mine');
  for (const name of ['heather:usrid', 'heather:', ':', '', 'Heather', 'x'.repeat(31), 'a-b']) {
    assert.equal(
      (await service.timeline.ofUser(name, { limit: 1, after: undefined })).status,
      'NoSuchUser',
    );
    assert.equal((await service.subscriptions.add('robin', name)).status, 'NoSuchTargetUser');
    assert.equal((await service.posts.post(name, 'x')).status, 'NoSuchUser');
  }
  const strange = [
    { user: 'heather', key: 'usrid' },
    { user: 'heather', key: 'sublist' },
  ];
  for (const ref of strange) {
    assert.equal(await service.posts.find(ref), undefined);
    assert.equal((await service.posts.delete(ref)).status, 'NoSuchPost');
  }
  assert.deepEqual(await textsOf(service, 'heather'), ['mine']);
});
