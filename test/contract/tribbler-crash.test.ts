import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { AtollError } from '../../src/core/errors.ts';
import type { Libstore } from '../../src/ring/libstore/libstore.ts';
import type { Tribble } from '../../src/tribbler/api-types.ts';
import type { Service } from '../../src/tribbler/server/service.ts';
import { stopAfter } from '../support/stopping-libstore.ts';
import { createUsers, post, textsOf, TribblerWorld } from '../support/tribbler-world.ts';

// docs/design/tribbler.md: an operation is a line of single writes that may stop after each of them. What must hold after every
// one of these stops, and that doing it again makes it whole.

interface Operation {
  readonly name: string;
  readonly writes: number;
  readonly prepare: (service: Service) => Promise<Tribble | undefined>;
  readonly run: (service: Service, tribble: Tribble | undefined) => Promise<{ status: string }>;
  /** What is true when it is done, also when it took two tries. */
  readonly verify: (service: Service, store: Libstore) => Promise<void>;
}

const record = { created: '2026-11-26T08:00:00.000Z', passwordHash: '' };
const all = { limit: 100, after: undefined };

async function prepareUsers(service: Service): Promise<undefined> {
  await createUsers(service, 'heather', 'robin');
}

const operations: readonly Operation[] = [
  {
    name: 'CreateUser',
    // The user, and the indexes of 0, 1, 2, 3 and 5 letters.
    writes: 6,
    prepare: () => Promise.resolve(undefined),
    run: async (service) => {
      const outcome = await service.users.create('heather', record);
      // Who finds the name taken by himself logs in, which indexes again.
      if (outcome.status === 'Exists') await service.users.index('heather');
      return outcome;
    },
    verify: async (service) => {
      for (const prefix of ['', 'h', 'he', 'hea', 'heathe']) {
        assert.deepEqual((await service.users.search(prefix, all)).items, ['heather'], prefix);
      }
    },
  },
  {
    name: 'AddSubscription',
    writes: 2,
    prepare: prepareUsers,
    run: (service) => service.subscriptions.add('heather', 'robin'),
    verify: async (_, store) => {
      assert.deepEqual(await store.getList('heather:sublist'), ['robin']);
      assert.deepEqual(await store.getList('robin:followers'), ['heather']);
    },
  },
  {
    name: 'RemoveSubscription',
    writes: 2,
    prepare: async (service) => {
      await prepareUsers(service);
      await service.subscriptions.add('heather', 'robin');
      return undefined;
    },
    run: (service) => service.subscriptions.remove('heather', 'robin'),
    verify: async (_, store) => {
      assert.equal(await store.getList('heather:sublist'), undefined);
      assert.equal(await store.getList('robin:followers'), undefined);
    },
  },
  {
    name: 'PostTribble',
    writes: 2,
    prepare: prepareUsers,
    run: (service) => service.posts.post('heather', 'Hello'),
    // Without a key, a second try is a second Tribble.
    verify: async (service) =>
      assert.ok((await textsOf(service, 'heather')).every((text) => text === 'Hello')),
  },
  {
    name: 'PostTribble with a key',
    // The list of claims, the claim, the Tribble, its list, the claim again.
    writes: 5,
    prepare: prepareUsers,
    run: (service) => service.posts.post('heather', 'Hello', 'k1'),
    verify: async (service, store) => {
      assert.deepEqual(await textsOf(service, 'heather'), ['Hello']);
      assert.deepEqual(await store.getList('heather:oncelist'), ['k1']);
    },
  },
  {
    name: 'DeleteTribble',
    writes: 2,
    prepare: async (service) => {
      await prepareUsers(service);
      return await post(service, 'heather', 'oops');
    },
    run: (service, tribble) => service.posts.delete(tribble ?? { user: '', key: '' }),
    verify: async (service, store) => {
      assert.deepEqual(await textsOf(service, 'heather'), []);
      assert.equal(await store.getList('heather:triblist'), undefined);
    },
  },
];

/** docs/design/tribbler.md, "Invariants". */
async function checkInvariants(store: Libstore): Promise<void> {
  for (const key of (await store.getList('heather:triblist')) ?? []) {
    assert.notEqual(await store.get(`heather:${key}`), undefined, 'a listed Tribble is there');
  }
  for (const target of (await store.getList('heather:sublist')) ?? []) {
    const followers = await store.getList(`${target}:followers`);
    assert.ok(followers?.includes('heather'), 'whoever follows is among the followers');
  }
}

for (const { name, writes, prepare, run, verify } of operations) {
  describe(`${name}, stopped after each write`, () => {
    for (let stop = 0; stop < writes; stop += 1) {
      test(`${stop} of ${writes}: leaves what the design says, and is whole when it is done again`, async () => {
        const world = new TribblerWorld();
        const healthy = world.serve();
        const tribble = await prepare(healthy);
        const dying = world.serve('dying', stopAfter(world.ring.open(), stop));
        await assert.rejects(run(dying, tribble), (error: unknown) => error instanceof AtollError);
        const store = world.ring.open();
        await checkInvariants(store);
        await run(healthy, tribble);
        await checkInvariants(store);
        await verify(healthy, store);
      });
    }

    test(`${writes} writes are all it takes`, async () => {
      const world = new TribblerWorld();
      const tribble = await prepare(world.serve());
      const store = world.ring.open();
      const service = world.serve('last', stopAfter(world.ring.open(), writes));
      assert.equal((await run(service, tribble)).status, 'OK');
      await checkInvariants(store);
      await verify(service, store);
    });
  });
}
