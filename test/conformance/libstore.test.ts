import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { ringLimits } from '../../src/core/limits.ts';
import type { Libstore } from '../../src/ring/libstore/libstore.ts';
import { HashRing } from '../../src/ring/hash-ring.ts';
import { partitionHashOf } from '../../src/ring/partition.ts';
import { RingWorld } from '../support/ring-world.ts';

// Tribbler §3.2 and the client's half of §4.4, against a real ring in virtual time.

const { leaseMs, leaseGuardMs, queryThreshold, queryWindowMs } = ringLimits;

/** The same for values and for lists. */
interface Kind {
  readonly name: string;
  readonly plain: string;
  readonly leased: string;
  readonly write: (store: Libstore, text: string) => Promise<unknown>;
  readonly read: (store: Libstore) => Promise<string | undefined>;
}

const kinds: readonly Kind[] = [
  {
    name: 'value',
    plain: 'get',
    leased: 'getlease',
    write: (store, text) => store.put('heather:head', text),
    read: (store) => store.get('heather:head'),
  },
  {
    name: 'list',
    plain: 'lrange',
    leased: 'lrangelease',
    write: (store, text) => store.appendToList('heather:posts', text),
    read: async (store) => (await store.getList('heather:posts', { newest: 10 }))?.at(-1),
  },
];

for (const kind of kinds) {
  describe(`a ${kind.name}`, () => {
    /** Reads until it is cached, with the last read asking for the lease. */
    async function warm(world: RingWorld, store: Libstore): Promise<void> {
      for (let i = 0; i <= queryThreshold; i += 1) await world.settle(kind.read(store));
    }

    async function started(): Promise<[RingWorld, Libstore, Libstore]> {
      const world = await RingWorld.start();
      const [reader, writer] = [await world.open(), await world.open({}, 'other')];
      await world.settle(kind.write(writer, 'old'));
      return [world, reader, writer];
    }

    test('is cached from the query on that follows the threshold, and not before', async () => {
      const [world, reader] = await started();
      for (let i = 0; i < queryThreshold; i += 1) {
        const counts = await world.countDuring(() => world.settle(kind.read(reader)));
        assert.deepEqual(counts, { [kind.plain]: 1 });
      }
      const counts = await world.countDuring(() => world.settle(kind.read(reader)));
      assert.deepEqual(counts, { [kind.leased]: 1 });
    });

    test('is not cached when it is asked for less often than the threshold in the window', async () => {
      const [world, reader] = await started();
      const counts = await world.countDuring(async () => {
        for (let i = 0; i < 20; i += 1) {
          await world.settle(kind.read(reader));
          await world.simulation.advance(queryWindowMs / queryThreshold + 1);
        }
      });
      assert.deepEqual(counts, { [kind.plain]: 20 });
    });

    test('costs nothing on the wire while the lease lasts', async () => {
      const [world, reader] = await started();
      await warm(world, reader);
      const counts = await world.countDuring(async () => {
        for (let i = 0; i < 95; i += 1) {
          assert.equal(await world.settle(kind.read(reader)), 'old');
          await world.simulation.advance(leaseMs / 100);
        }
      });
      assert.deepEqual(counts, {});
    });

    test('is asked for again when the lease is over, with a new lease while it is read often', async () => {
      const [world, reader] = await started();
      await warm(world, reader);
      const counts = await world.countDuring(async () => {
        for (let i = 0; i < 300; i += 1) {
          await world.settle(kind.read(reader));
          await world.simulation.advance(leaseMs / 100);
        }
      });
      assert.ok(counts[kind.leased] === 2 || counts[kind.leased] === 3, JSON.stringify(counts));
      assert.equal(Object.keys(counts).length, 1);
    });

    test('is asked for without a lease when nobody read it for a window', async () => {
      const [world, reader] = await started();
      await warm(world, reader);
      await world.simulation.advance(leaseMs + queryWindowMs);
      const counts = await world.countDuring(() => world.settle(kind.read(reader)));
      assert.deepEqual(counts, { [kind.plain]: 1 });
    });

    test('that others change while the lease lasts is revoked first, and read anew', async () => {
      const [world, reader, writer] = await started();
      await warm(world, reader);
      const startMs = world.simulation.nowMs;
      const counts = await world.countDuring(() => world.settle(kind.write(writer, 'new')));
      assert.deepEqual(counts, { once: 1, revoked: 1 });
      assert.ok(world.simulation.nowMs - startMs < 1_000);
      assert.equal(await world.settle(kind.read(reader)), 'new');
      assert.equal(reader.statistics().revocations, 1);
    });

    test('that others change after the lease was over, or without one, is not revoked', async () => {
      const [world, reader, writer] = await started();
      await world.settle(kind.read(reader));
      const without = await world.countDuring(() => world.settle(kind.write(writer, 'newer')));
      assert.deepEqual(without, { once: 1 });
      await warm(world, reader);
      await world.simulation.advance(leaseMs + leaseGuardMs + 1);
      const after = await world.countDuring(() => world.settle(kind.write(writer, 'newest')));
      assert.deepEqual(after, { once: 1 });
      assert.equal(await world.settle(kind.read(reader)), 'newest');
      assert.equal(reader.statistics().revocations, 0);
    });

    test('that its reader changes is not revoked, and read anew', async () => {
      const [world, reader] = await started();
      await warm(world, reader);
      const counts = await world.countDuring(() => world.settle(kind.write(reader, 'own')));
      assert.deepEqual(counts, { once: 1 });
      assert.equal(await world.settle(kind.read(reader)), 'own');
    });

    test('that is deleted, by its reader or others, is gone for both', async () => {
      for (const by of ['reader', 'writer'] as const) {
        const [world, reader, writer] = await started();
        const key = kind.name === 'value' ? 'heather:head' : 'heather:posts';
        await warm(world, reader);
        assert.equal(await world.settle((by === 'reader' ? reader : writer).delete(key)), true);
        assert.equal(await world.settle(kind.read(reader)), undefined);
        assert.equal(await world.settle(kind.read(writer)), undefined);
      }
    });

    test('that is not there is cached too, until somebody makes it', async () => {
      const world = await RingWorld.start();
      const [reader, writer] = [await world.open(), await world.open({}, 'other')];
      await warm(world, reader);
      const counts = await world.countDuring(async () => {
        assert.equal(await world.settle(kind.read(reader)), undefined);
      });
      assert.deepEqual(counts, {});
      await world.settle(kind.write(writer, 'first'));
      assert.equal(await world.settle(kind.read(reader)), 'first');
    });

    // B7
    test('whose holder is dead is changed when lease and guard are over, and others meanwhile', async () => {
      const [world, reader, writer] = await started();
      await warm(world, reader);
      const startMs = world.simulation.nowMs;
      world.simulation.cut('app', world.coordinator.host);
      const write = kind.write(writer, 'new');
      await world.settle(writer.put('other', 'v'));
      assert.ok(world.simulation.nowMs - startMs < 1_000);
      assert.equal(await world.settle(kind.read(writer)), 'old');
      await world.settle(write);
      const tookMs = world.simulation.nowMs - startMs;
      assert.ok(tookMs > leaseMs && tookMs < leaseMs + leaseGuardMs + 1_000, `took ${tookMs} ms`);
    });

    test('is cached by nobody who wants no leases, and at once by who always does', async () => {
      const [world] = await started();
      const never = await world.open({ leases: 'never' });
      const always = await world.open({ leases: 'always' });
      const cold = await world.countDuring(async () => {
        for (let i = 0; i < 10; i += 1) await world.settle(kind.read(never));
      });
      assert.deepEqual(cold, { [kind.plain]: 10 });
      const hot = await world.countDuring(async () => {
        for (let i = 0; i < 10; i += 1) await world.settle(kind.read(always));
      });
      assert.deepEqual(hot, { [kind.leased]: 1 });
    });
  });
}

test('only those who hold a lease are asked for it, and one write asks each once', async () => {
  const world = await RingWorld.start();
  const names = ['one', 'two', 'three', 'four'];
  const stores = await Promise.all(names.map((name) => world.open({ leases: 'always' }, name)));
  const cold = await world.open({ leases: 'never' }, 'cold');
  for (const store of [...stores, cold]) await world.settle(store.get('k'));
  const counts = await world.countDuring(() => world.settle(cold.put('k', 'v')));
  assert.deepEqual(counts, { once: 1, revoked: 4 });
  assert.deepEqual(
    [...stores, cold].map((store) => store.statistics().revocations),
    [1, 1, 1, 1, 0],
  );
});

// Tribbler §3.2
test('a ring that does not become complete is RING_NOT_READY after five seconds', async () => {
  const world = await RingWorld.start({ servers: 2 });
  const startMs = world.simulation.nowMs;
  await assert.rejects(world.open(), { code: 'RING_NOT_READY' });
  const tookMs = world.simulation.nowMs - startMs;
  assert.ok(tookMs >= 5_000 && tookMs < 5_500, `took ${tookMs} ms`);
});

// B8
test('100 users with 1,000 items each: every item once, in the order of its writer, in one round trip for each node', async () => {
  const world = await RingWorld.start({ nodes: 3 });
  const [reader, other] = [await world.open({}, 'one'), await world.open({}, 'two')];
  const users = Array.from({ length: 100 }, (_, i) => `user-${i}:posts`);
  for (let first = 0; first < 1_000; first += 100) {
    const appends = users.flatMap((user) =>
      Array.from({ length: 100 }, (_, i) =>
        (i % 2 === 0 ? reader : other).appendToList(user, `${i % 2} ${first + i}`),
      ),
    );
    const outcomes = await world.settle(Promise.all(appends));
    assert.ok(outcomes.every(Boolean));
  }
  const before = reader.statistics().roundTrips;
  const lists = await world.settle(reader.getLists(users));
  const ring = new HashRing(await world.server.ready);
  const owners = new Set(users.map((user) => ring.owner(partitionHashOf(user))));
  assert.equal(reader.statistics().roundTrips - before, owners.size);
  for (const list of lists) {
    assert.ok(Array.isArray(list));
    const items = list as readonly string[];
    assert.equal(new Set(items).size, 1_000);
    for (const writer of ['0', '1']) {
      const own = items.filter((item) => item.startsWith(writer)).map((item) => +item.slice(2));
      assert.deepEqual(
        own,
        own.toSorted((a, b) => a - b),
      );
    }
  }
  const [newest] = await world.settle(reader.getLists(users, { newest: 100 }));
  assert.deepEqual(newest, (lists[0] as readonly string[]).slice(-100));
});
