import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { RingLibstore } from '../../src/ring/libstore/ring-libstore.ts';
import { partitionHashOf } from '../../src/ring/partition.ts';
import { Service } from '../../src/tribbler/server/service.ts';
import { RingWorld } from '../support/ring-world.ts';
import { createUsers, post, textsOf, timelineOf } from '../support/tribbler-world.ts';

// Tribbler §3.1, storage efficiency, against a real ring of three nodes in virtual time, without leases: what is counted is what an
// application server costs that has read nothing before.

interface Ring {
  readonly world: RingWorld;
  readonly open: () => Promise<{ service: Service; store: RingLibstore }>;
}

async function startRing(): Promise<Ring> {
  const world = await RingWorld.start({ nodes: 3 });
  const open = async (): Promise<{ service: Service; store: RingLibstore }> => {
    const store = await world.open({ leases: 'never' });
    const { clock, random } = world.simulation.node('app').outside;
    return { service: new Service({ store, clock, random }), store };
  };
  return { world, open };
}

/** Round trips and commands of `use`, at an application server of its own, whose connections are there already. */
async function costOf(
  { world, open }: Ring,
  use: (service: Service) => Promise<unknown>,
): Promise<{ roundTrips: number; requests: number }> {
  const { service, store } = await open();
  for (const user of ['robin', 'wren', 'finch', 'heather']) {
    await world.settle(store.getMany([`${user}:x`, `a${user}:x`, `b${user}:x`]));
  }
  const before = store.statistics();
  await world.settle(use(service));
  const after = store.statistics();
  return {
    roundTrips: after.roundTrips - before.roundTrips,
    requests: after.requests - before.requests,
  };
}

test('a user with 10,000 Tribbles costs no more than one with 100', async () => {
  const ring = await startRing();
  const { service, store } = await ring.open();
  await ring.world.settle(createUsers(service, 'wren', 'robin'));
  for (let number = 0; number < 100; number += 1) {
    await ring.world.settle(post(service, 'robin', String(number)));
    await ring.world.settle(post(service, 'wren', String(number)));
  }
  // Older Tribbles, made at once: they are keys in a list, and nothing else of them is ever read.
  const older = Array.from({ length: 9_900 }, (_, number) => number.toString(16).padStart(14, '0'));
  const newer = (await ring.world.settle(store.getList('wren:triblist'))) ?? [];
  await ring.world.settle(store.delete('wren:triblist'));
  const appended = [...older.map((time) => `post_${time}_00000000`), ...newer];
  await ring.world.settle(
    Promise.all(appended.map((key) => store.appendToList('wren:triblist', key))),
  );
  const few = await costOf(ring, (one) => textsOf(one, 'robin'));
  const many = await costOf(ring, (one) => textsOf(one, 'wren'));
  assert.deepEqual(many, few);
  const postFew = await costOf(ring, (one) => post(one, 'robin', 'one more'));
  const postMany = await costOf(ring, (one) => post(one, 'wren', 'one more'));
  assert.deepEqual(postMany, postFew);
});

test('each Tribble is a value of its own, and all of a user is at one node', async () => {
  const ring = await startRing();
  const { service, store } = await ring.open();
  await ring.world.settle(createUsers(service, 'heather'));
  const { key } = await ring.world.settle(post(service, 'heather', 'Hello'));
  assert.deepEqual(await ring.world.settle(store.getList('heather:triblist')), [key]);
  const value = await ring.world.settle(store.get(`heather:${key}`));
  assert.equal((JSON.parse(value ?? '') as { text: string }).text, 'Hello');
  const keys = ['usrid', 'sublist', 'followers', 'triblist', 'once_k1', 'oncelist', key];
  const hashes = keys.map((name) => partitionHashOf(`heather:${name}`));
  assert.equal(new Set(hashes).size, 1);
});

test('the round trips of a timeline do not depend on how many are followed', async () => {
  const ring = await startRing();
  const { service } = await ring.open();
  const followed = Array.from({ length: 200 }, (_, number) => `user_${number}`);
  await ring.world.settle(createUsers(service, 'few', 'many', ...followed));
  for (const [index, user] of followed.entries()) {
    await ring.world.settle(post(service, user, String(index)));
    await ring.world.settle(service.subscriptions.add('many', user));
    if (index % 16 === 0) await ring.world.settle(service.subscriptions.add('few', user));
  }
  const few = await costOf(ring, (one) => timelineOf(one, 'few'));
  const many = await costOf(ring, (one) => timelineOf(one, 'many'));
  // One for the subscriptions; one to each node for the lists, and one to each for the Tribbles.
  assert.equal(few.roundTrips, 1 + 3 + 3);
  assert.equal(many.roundTrips, few.roundTrips);
});
