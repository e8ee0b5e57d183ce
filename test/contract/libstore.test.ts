import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from 'fast-check';

import type { HostPort } from '../../src/core/network.ts';
import type { Libstore } from '../../src/ring/libstore/libstore.ts';
import { MemoryRing } from '../../src/ring/libstore/memory-libstore.ts';
import { RingLibstore, type LeaseMode } from '../../src/ring/libstore/ring-libstore.ts';
import { Simulation } from '../../src/sim/simulation.ts';
import { RingWorld } from '../support/ring-world.ts';
import { SmallRingNode } from '../support/small-ring-node.ts';

// What `Libstore` promises, for everything that implements it.

/** An empty ring in a world of its own. */
interface World {
  /** Another handle on the same ring. */
  readonly open: () => Promise<Libstore>;
  /** Lets the world run until `promise` is settled. */
  readonly settle: <T>(promise: Promise<T>) => Promise<T>;
}

const at: HostPort = { host: 'node', port: 7400 };

const worlds: ReadonlyMap<string, () => World | Promise<World>> = new Map<
  string,
  () => World | Promise<World>
>([
  ['in memory', memoryWorld],
  ['over RESP, with a small node', () => smallNodeWorld('normal')],
  ['over RESP, with a small node and always a lease', () => smallNodeWorld('always')],
  ['over RESP, with a ring of three nodes', () => ringWorld('normal')],
  ['over RESP, with a ring of three nodes and always a lease', () => ringWorld('always')],
]);

function memoryWorld(): World {
  const ring = new MemoryRing();
  return { open: () => Promise.resolve(ring.open()), settle: (promise) => promise };
}

function smallNodeWorld(leases: LeaseMode): World {
  const simulation = new Simulation({ seed: 1, promiseTicks: 1_000 });
  const node = new SmallRingNode({ epoch: 1, nodes: [{ id: 'a', at, virtualIds: [7] }] });
  simulation.node(at.host).boot((outside) => node.start(outside, at));
  const { outside } = simulation.node('app');
  return {
    open: async () => {
      await simulation.advance(1);
      return simulation.settle(RingLibstore.connect({ outside, coordinator: at, leases }));
    },
    settle: (promise) => simulation.settle(promise),
  };
}

async function ringWorld(leases: LeaseMode): Promise<World> {
  const world = await RingWorld.start({ nodes: 3 });
  return { open: () => world.open({ leases }), settle: (promise) => world.settle(promise) };
}

for (const [world, makeWorld] of worlds) {
  describe(`a Libstore ${world}`, () => {
    test('a value that was put is got, by every handle', async () => {
      const { open, settle } = await makeWorld();
      const [one, two] = [await open(), await open()];
      assert.equal(await settle(one.get('k')), undefined);
      await settle(one.put('k', 'grüße 🎈'));
      assert.equal(await settle(two.get('k')), 'grüße 🎈');
      await settle(two.put('k', ''));
      assert.equal(await settle(one.get('k')), '');
    });

    test('delete says whether there was an entry, of either kind', async () => {
      const { open, settle } = await makeWorld();
      const store = await open();
      await settle(store.put('k', 'v'));
      await settle(store.appendToList('l', 'a'));
      assert.equal(await settle(store.delete('k')), true);
      assert.equal(await settle(store.delete('k')), false);
      assert.equal(await settle(store.delete('l')), true);
      assert.equal(await settle(store.get('k')), undefined);
      assert.equal(await settle(store.getList('l')), undefined);
    });

    // B12
    test('of several that put if absent one wins, and the others change nothing', async () => {
      const { open, settle } = await makeWorld();
      const stores = [await open(), await open(), await open()];
      const puts = stores.map((store, i) => store.putIfAbsent('k', `${i}`));
      const outcomes = await settle(Promise.all(puts));
      assert.equal(outcomes.filter(Boolean).length, 1);
      assert.equal(await settle(stores[0]?.get('k') ?? never()), `${outcomes.indexOf(true)}`);
    });

    test('a list keeps the order of appending, each item once', async () => {
      const { open, settle } = await makeWorld();
      const store = await open();
      assert.equal(await settle(store.getList('l')), undefined);
      for (const item of ['b', 'a', 'c']) {
        assert.equal(await settle(store.appendToList('l', item)), true);
      }
      assert.equal(await settle(store.appendToList('l', 'b')), false);
      assert.deepEqual(await settle(store.getList('l')), ['b', 'a', 'c']);
      assert.equal(await settle(store.removeFromList('l', 'a')), true);
      assert.equal(await settle(store.removeFromList('l', 'a')), false);
      assert.equal(await settle(store.appendToList('l', 'a')), true);
      assert.deepEqual(await settle(store.getList('l')), ['b', 'c', 'a']);
    });

    test('the newest items of a list, however many there are', async () => {
      const { open, settle } = await makeWorld();
      const store = await open();
      for (const item of ['a', 'b', 'c']) await settle(store.appendToList('l', item));
      for (const [newest, items] of [
        [1, ['c']],
        [2, ['b', 'c']],
        [3, ['a', 'b', 'c']],
        [9, ['a', 'b', 'c']],
        [1, ['c']],
      ] as const) {
        assert.deepEqual(await settle(store.getList('l', { newest })), items);
      }
    });

    test('an empty list is no list', async () => {
      const { open, settle } = await makeWorld();
      const store = await open();
      await settle(store.appendToList('l', 'a'));
      await settle(store.removeFromList('l', 'a'));
      assert.equal(await settle(store.getList('l')), undefined);
      assert.equal(await settle(store.delete('l')), false);
      await settle(store.put('l', 'v'));
    });

    test('a value is no list and a list is no value', async () => {
      const { open, settle } = await makeWorld();
      const store = await open();
      await settle(store.put('k', 'v'));
      await settle(store.appendToList('l', 'a'));
      for (const call of [
        () => store.get('l'),
        () => store.put('l', 'v'),
        () => store.getList('k'),
        () => store.appendToList('k', 'a'),
        () => store.removeFromList('k', 'a'),
      ]) {
        await assert.rejects(settle<unknown>(call()), { code: 'RING_WRONG_KIND' });
      }
      assert.equal(await settle(store.putIfAbsent('l', 'v')), false);
      assert.equal(await settle(store.get('k')), 'v');
      assert.deepEqual(await settle(store.getList('l')), ['a']);
    });

    test('many at once, in the order of the keys, and a fault is that of its element', async () => {
      const { open, settle } = await makeWorld();
      const store = await open();
      await settle(store.put('k', 'v'));
      await settle(store.appendToList('l', 'a'));
      const values = await settle(store.getMany(['k', 'none', 'l', 'k']));
      assert.deepEqual(values.map(codeOrContent), ['v', undefined, 'RING_WRONG_KIND', 'v']);
      const lists = await settle(store.getLists(['k', 'l', 'none'], { newest: 2 }));
      assert.deepEqual(lists.map(codeOrContent), ['RING_WRONG_KIND', ['a'], undefined]);
    });

    test('arguments out of range are USAGE', async () => {
      const { open, settle } = await makeWorld();
      const store = await open();
      await settle(store.appendToList('l', 'a'));
      for (let i = 0; i < 5; i += 1) await settle(store.getList('l'));
      for (const call of [
        () => store.get(''),
        () => store.get('half a character \ud800'),
        () => store.put('k'.repeat(5_000), 'v'),
        () => store.put('k', 'v'.repeat(1_048_577)),
        () => store.appendToList('l', 'v'.repeat(1_048_577)),
        () => store.getList('l', { newest: 0 }),
        () => store.getList('l', { newest: 0.5 }),
        () => store.get('k', { timeoutMs: 0 }),
        () => store.get('k', { timeoutMs: 60_001 }),
      ]) {
        await assert.rejects(settle<unknown>(call()), { code: 'USAGE' });
      }
    });

    test('calls after close are CLIENT_CLOSED', async () => {
      const { open, settle } = await makeWorld();
      const store = await open();
      await settle(store.put('k', 'v'));
      for (let i = 0; i < 5; i += 1) await settle(store.get('k'));
      await settle(store.close());
      await assert.rejects(settle(store.get('k')), { code: 'CLIENT_CLOSED' });
      await assert.rejects(settle(store.put('k', 'v')), { code: 'CLIENT_CLOSED' });
    });

    test('any sequence of calls through two handles gives what a map of lists would', async () => {
      const { open, settle } = await makeWorld();
      const stores = [await open(), await open()];
      let round = 0;
      const property = fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        round += 1;
        const model: Map<string, string[]> = new Map();
        for (const { by, name, key, item, newest } of steps) {
          const store = stores[by] ?? never();
          const id = `${round}:${key}`;
          const items = model.get(key) ?? [];
          if (name === 'append') {
            const isNew = !items.includes(item);
            assert.equal(await settle(store.appendToList(id, item)), isNew);
            if (isNew) model.set(key, [...items, item]);
          } else if (name === 'remove') {
            assert.equal(await settle(store.removeFromList(id, item)), items.includes(item));
            const rest = items.filter((other) => other !== item);
            model.set(key, rest);
          } else if (name === 'delete') {
            assert.equal(await settle(store.delete(id)), items.length > 0);
            model.delete(key);
          } else {
            const expected = items.length === 0 ? undefined : items.slice(-newest);
            assert.deepEqual(await settle(store.getList(id, { newest })), expected);
          }
        }
      });
      await fc.assert(property, { numRuns: 30 });
    });
  });
}

const step = fc.record({
  by: fc.nat({ max: 1 }),
  name: fc.constantFrom('append', 'append', 'remove', 'delete', 'list', 'list', 'list', 'list'),
  key: fc.constantFrom('x', 'y'),
  item: fc.constantFrom('a', 'b', 'c', 'd'),
  newest: fc.integer({ min: 1, max: 5 }),
});

function codeOrContent(element: unknown): unknown {
  return element instanceof Error && 'code' in element ? element.code : element;
}

function never(): never {
  throw new Error('there is one');
}
