import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from 'fast-check';

import type { HostPort } from '../../src/core/network.ts';
import { GeoClient } from '../../src/geo/client/client.ts';
import { FixedRouter } from '../../src/geo/client/fixed-router.ts';
import type { Change, GeoStore } from '../../src/geo/client/geo-store.ts';
import { MemoryGeoSpace } from '../../src/geo/client/memory-geo-store.ts';
import { QueryActor } from '../../src/geo/server/query/query-actor.ts';
import { startGeoServer } from '../../src/geo/server/geo-server.ts';
import { QueryGateway } from '../../src/geo/server/query/query-gateway.ts';
import { Simulation } from '../../src/sim/simulation.ts';
import { startSimSystem } from '../actor/sim-system.ts';
import { SmallGeoServer } from '../support/small-geo-server.ts';

// What `GeoStore` promises, for everything that implements it.

/** An empty store in a world of its own, and that world's time. */
interface World {
  /** Another handle on the same store. */
  readonly open: () => GeoStore;
  /** Lets the world run until `promise` is settled. */
  readonly settle: <T>(promise: Promise<T>) => Promise<T>;
  readonly advance: (ms: number) => Promise<void>;
}

const at: HostPort = { host: 'server', port: 7001 };

const worlds: ReadonlyMap<string, () => World | Promise<World>> = new Map<
  string,
  () => World | Promise<World>
>([
  ['in memory', memoryWorld],
  ['over RESP, with a small server', smallServerWorld],
  ['over RESP, with a geo server', geoServerWorld],
]);

// A page of a list is a long chain of promises: all of it is followed before time moves on.
function memoryWorld(): World {
  const simulation = new Simulation({ seed: 1, promiseTicks: 10_000 });
  const space = new MemoryGeoSpace(simulation.node('app').outside);
  return {
    open: () => space.open(),
    settle: (promise) => simulation.settle(promise),
    advance: (ms) => simulation.advance(ms),
  };
}

function smallServerWorld(): World {
  const simulation = new Simulation({ seed: 1, promiseTicks: 1_000 });
  simulation.node('server').boot((outside) => new SmallGeoServer(outside).start(outside, at));
  return respWorld(simulation);
}

async function geoServerWorld(): Promise<World> {
  const simulation = new Simulation({ seed: 1, promiseTicks: 1_000 });
  const { host, port } = at;
  const kinds = { QueryActor, QueryGateway };
  const system = await startSimSystem(simulation, host, kinds, { threads: 2 });
  const server = { host, queryPorts: [port], atollVersion: '0.0.0' };
  await simulation.settle(startGeoServer(system, server));
  return respWorld(simulation);
}

/** Clients of the server at `at`. */
function respWorld(simulation: Simulation): World {
  const router = new FixedRouter(at);
  return {
    open: () => new GeoClient({ router, outside: simulation.node('app').outside }),
    settle: (promise) => simulation.settle(promise),
    advance: (ms) => simulation.advance(ms),
  };
}

for (const [name, createWorld] of worlds) {
  describe(`a geo store ${name}`, () => contract(createWorld));
}

function contract(createWorld: () => World | Promise<World>): void {
  /** Runs `use` with a handle, in a fresh world, until it is done. */
  function withStore(use: (store: GeoStore, world: World) => Promise<void>): () => Promise<void> {
    return async () => {
      const world = await createWorld();
      // Servers start with the world's first events.
      await world.advance(1);
      const store = world.open();
      await use(store, world);
      await world.settle(store.close());
    };
  }

  test(
    'a key that nobody put has no value',
    withStore(async (store, { settle }) => {
      assert.equal(await settle(store.get('nothing')), undefined);
      assert.equal(await settle(store.getBytes('nothing')), undefined);
    }),
  );

  test(
    'a value comes back as it was put',
    withStore(async (store, { settle }) => {
      const texts = [
        '',
        'plain',
        'two\r\nlines\0',
        'ünï – 日本 🎲',
        '\ufeffmark',
        'x'.repeat(70_000),
      ];
      for (const text of texts) {
        await settle(store.put(`k/${text.slice(0, 20)}`, text));
        assert.equal(await settle(store.get(`k/${text.slice(0, 20)}`)), text);
      }
    }),
  );

  test(
    'keys and values are binary-safe',
    withStore(async (store, { settle }) => {
      const all = Uint8Array.from({ length: 256 }, (_, i) => i);
      await settle(store.put(all, all));
      assert.deepEqual(await settle(store.getBytes(all)), all);
      assert.deepEqual(await settle(collect(store.listBytes(all.subarray(0, 200)))), [
        { key: all, value: all },
      ]);
    }),
  );

  test(
    'the largest key and value fit, and one byte more is wrong usage',
    withStore(async (store, { settle }) => {
      const key = 'k'.repeat(4_096);
      const value = new Uint8Array(1_048_576).fill(65);
      await settle(store.put(key, value));
      assert.equal((await settle(store.getBytes(key)))?.length, value.length);
      const usage = { code: 'USAGE' };
      await assert.rejects(settle(store.put(`${key}k`, '')), usage);
      await assert.rejects(settle(store.put('k', new Uint8Array(1_048_577))), usage);
      await assert.rejects(settle(store.get('')), usage);
      await assert.rejects(settle(store.delete('')), usage);
      await assert.rejects(settle(collect(store.list(`${key}k`))), usage);
      await assert.rejects(settle(store.watch(`${key}k`, () => undefined)), usage);
    }),
  );

  test(
    'a time that is no time is wrong usage',
    withStore(async (store, { settle }) => {
      for (const ttlMs of [0, -1, 1.5, NaN, Infinity]) {
        await assert.rejects(settle(store.put('k', 'v', { ttlMs })), { code: 'USAGE' });
      }
      for (const timeoutMs of [0, -1, NaN, Infinity]) {
        await assert.rejects(settle(store.get('k', { timeoutMs })), { code: 'USAGE' });
      }
    }),
  );

  test(
    'the later put wins',
    withStore(async (store, { settle }) => {
      await settle(store.put('k', 'first'));
      await settle(store.put('k', 'second'));
      assert.equal(await settle(store.get('k')), 'second');
    }),
  );

  test(
    'delete says whether there was something, and then there is nothing',
    withStore(async (store, { settle }) => {
      await settle(store.put('k', 'v'));
      assert.equal(await settle(store.delete('k')), true);
      assert.equal(await settle(store.get('k')), undefined);
      assert.equal(await settle(store.delete('k')), false);
    }),
  );

  test(
    'the caller may reuse its byte arrays at once',
    withStore(async (store, { settle }) => {
      const key = Uint8Array.of(1, 2);
      const value = Uint8Array.of(3, 4);
      const put = store.put(key, value);
      key.fill(0);
      value.fill(0);
      await settle(put);
      assert.deepEqual(await settle(store.getBytes(Uint8Array.of(1, 2))), Uint8Array.of(3, 4));
    }),
  );

  test(
    'a list holds what starts with the literal prefix, in the order of the bytes',
    withStore(async (store, { settle }) => {
      // In UTF-16 the clef comes before U+FFFD, in UTF-8 after it.
      const keys = ['a/*', 'a/1', 'a/10', 'a/2', 'a/\ufffd', 'a/\u{1d11e}', 'al', 'b', 'a'];
      for (const key of keys) await settle(store.put(key, `v ${key}`));
      const pairs = await settle(collect(store.list('a/')));
      const expected = ['a/*', 'a/1', 'a/10', 'a/2', 'a/\ufffd', 'a/\u{1d11e}'];
      assert.deepEqual(
        pairs,
        expected.map((key) => ({ key, value: `v ${key}` })),
      );
      assert.equal((await settle(collect(store.list('a/*')))).length, 1);
      assert.equal((await settle(collect(store.list('')))).length, keys.length);
      assert.deepEqual(await settle(collect(store.list('nothing/'))), []);
    }),
  );

  test(
    'a list of many pages gives every pair once, and may be left early',
    withStore(async (store, { settle }) => {
      const keys = Array.from({ length: 1_234 }, (_, i) => `n/${String(i).padStart(5, '0')}`);
      await settle(Promise.all(keys.map((key) => store.put(key, key))));
      const pairs = await settle(collect(store.list('n/')));
      assert.deepEqual(
        pairs.map(({ key }) => key),
        keys,
      );
      assert.equal((await settle(collect(store.list('n/'), 150))).length, 150);
      assert.equal(await settle(store.get('n/00000')), 'n/00000');
    }),
  );

  test(
    'a key with a time to live ends with it, and one put again without lives on',
    withStore(async (store, { settle, advance }) => {
      await settle(store.put('short', 'v', { ttlMs: 1_000 }));
      await settle(store.put('saved', 'v', { ttlMs: 1_000 }));
      await settle(store.put('saved', 'w'));
      assert.equal(await settle(store.get('short')), 'v');
      await advance(1_001);
      assert.equal(await settle(store.get('short')), undefined);
      assert.equal(await settle(store.delete('short')), false);
      assert.deepEqual(await settle(collect(store.list(''))), [{ key: 'saved', value: 'w' }]);
    }),
  );

  test(
    'what one handle puts another one reads',
    withStore(async (store, { open, settle }) => {
      const other = open();
      await settle(store.put('k', 'v'));
      assert.equal(await settle(other.get('k')), 'v');
      await settle(other.close());
      assert.equal(await settle(store.get('k')), 'v');
    }),
  );

  test(
    'a watch hears every put and delete under its prefix, in order, from any handle',
    withStore(async (store, { open, settle, advance }) => {
      const changes: Change[] = [];
      await settle(store.put('w/old', 'before'));
      await settle(store.watch('w/', (change) => changes.push(change)));
      const other = open();
      await settle(other.put('w/a', '1'));
      await settle(other.put('x/a', 'elsewhere'));
      await settle(store.put('w/a', '2'));
      await settle(other.put('w/ü', 'ünï'));
      await settle(store.delete('w/a'));
      await settle(store.delete('w/nothing'));
      await advance(100);
      assert.deepEqual(changes, [
        { type: 'put', key: 'w/a', value: '1' },
        { type: 'put', key: 'w/a', value: '2' },
        { type: 'put', key: 'w/ü', value: 'ünï' },
        { type: 'delete', key: 'w/a' },
      ]);
      await settle(other.close());
    }),
  );

  test(
    'a watch hears of a key that expires as deleted, within a second',
    withStore(async (store, { settle, advance }) => {
      const changes: Change[] = [];
      await settle(store.put('w/before', 'v', { ttlMs: 500 }));
      await settle(store.watch('w/', (change) => changes.push(change)));
      await settle(store.put('w/short', 'v', { ttlMs: 1_000 }));
      await settle(store.put('w/kept', 'v', { ttlMs: 1_000 }));
      await settle(store.put('w/kept', 'v'));
      await advance(2_000);
      const deleted = changes.filter(({ type }) => type === 'delete');
      assert.deepEqual(deleted, [
        { type: 'delete', key: 'w/before' },
        { type: 'delete', key: 'w/short' },
      ]);
    }),
  );

  test(
    'a closed watch hears nothing more, and the others go on',
    withStore(async (store, { settle, advance }) => {
      const closed: Change[] = [];
      const open: Change[] = [];
      const watch = await settle(store.watch('', (change) => closed.push(change)));
      await settle(store.watch('', (change) => open.push(change)));
      await settle(watch.close());
      await settle(watch.close());
      await settle(store.put('k', 'v'));
      await advance(100);
      assert.deepEqual([closed.length, open.length], [0, 1]);
    }),
  );

  test(
    'a closed handle fails every call with a code',
    withStore(async (_, { open, settle }) => {
      const store = open();
      await settle(store.close());
      const closed = { code: 'CLIENT_CLOSED' };
      await assert.rejects(settle(store.get('k')), closed);
      await assert.rejects(settle(store.put('k', 'v')), closed);
      await assert.rejects(settle(store.delete('k')), closed);
      await assert.rejects(settle(collect(store.list(''))), closed);
      await assert.rejects(settle(store.watch('', () => undefined)), closed);
      await settle(store.close());
    }),
  );

  test('any sequence of calls leaves what a map would hold', async () => {
    const key = fc.constantFrom('a', 'b', 'a/b', 'ü', '日');
    const call = fc.oneof(
      fc.record({ type: fc.constant('put' as const), key, value: fc.string({ unit: 'binary' }) }),
      fc.record({ type: fc.constant('delete' as const), key }),
      fc.record({ type: fc.constant('get' as const), key }),
    );
    const property = fc.asyncProperty(fc.array(call, { maxLength: 30 }), (calls) =>
      withStore(async (store, { settle }) => {
        const model = new Map<string, string>();
        for (const one of calls) {
          if (one.type === 'put') {
            await settle(store.put(one.key, one.value));
            model.set(one.key, one.value);
          } else if (one.type === 'delete') {
            assert.equal(await settle(store.delete(one.key)), model.delete(one.key));
          } else {
            assert.equal(await settle(store.get(one.key)), model.get(one.key));
          }
        }
        const pairs = await settle(collect(store.list('')));
        assert.deepEqual(new Map(pairs.map(({ key: k, value }) => [k, value])), model);
      })(),
    );
    await fc.assert(property, { numRuns: 50 });
  });
}

async function collect<T>(pairs: AsyncIterable<T>, count = Infinity): Promise<T[]> {
  const collected: T[] = [];
  for await (const pair of pairs) {
    collected.push(pair);
    if (collected.length === count) break;
  }
  return collected;
}
