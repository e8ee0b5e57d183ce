import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from 'fast-check';

import type { ActorSystem } from '../../src/actor/actor-system.ts';
import { GeoClient } from '../../src/geo/client/client.ts';
import { FixedRouter } from '../../src/geo/client/fixed-router.ts';
import type { Change, GeoStore } from '../../src/geo/client/geo-store.ts';
import { startGeoServer, type GeoServer } from '../../src/geo/server/geo-server.ts';
import { QueryActor } from '../../src/geo/server/query-actor.ts';
import { QueryGateway } from '../../src/geo/server/query-gateway.ts';
import { Simulation } from '../../src/sim/simulation.ts';
import { startSimSystem } from '../actor/sim-system.ts';

// CMUD §5.1, in virtual time: one server, several query actors, a client at each.

interface World {
  readonly simulation: Simulation;
  readonly system: ActorSystem;
  readonly server: GeoServer;
  /** A client of each query actor. */
  readonly stores: readonly GeoStore[];
}

async function startWorld(actors: number, seed = 1): Promise<World> {
  const simulation = new Simulation({ seed, promiseTicks: 300 });
  const kinds = { QueryActor, QueryGateway };
  const system = await startSimSystem(simulation, 'server', kinds, { threads: actors + 1 });
  const queryPorts = Array.from({ length: actors }, (_, index) => 7_001 + index);
  const options = { host: 'server', queryPorts, atollVersion: '0.0.0' };
  const server = await simulation.settle(startGeoServer(system, options));
  const { outside } = simulation.node('app');
  const stores = queryPorts.map((port) => {
    return new GeoClient({ router: new FixedRouter({ host: 'server', port }), outside });
  });
  return { simulation, system, server, stores };
}

async function put(world: World, actor: number, key: string, value: string): Promise<void> {
  const store = world.stores[actor];
  assert.ok(store !== undefined);
  await world.simulation.settle(store.put(key, value));
}

async function get(world: World, actor: number, key: string): Promise<string | undefined> {
  const store = world.stores[actor];
  assert.ok(store !== undefined);
  return world.simulation.settle(store.get(key));
}

async function list(world: World, store: GeoStore, prefix: string): Promise<[string, string][]> {
  const collect = async (): Promise<[string, string][]> => {
    const pairs: [string, string][] = [];
    for await (const { key, value } of store.list(prefix)) pairs.push([key, value]);
    return pairs;
  };
  return world.simulation.settle(collect());
}

/** What every replica has, all of it; asserts that they have the same. */
async function assertEqualReplicas(world: World): Promise<[string, string][]> {
  const [first, ...others] = await Promise.all(world.stores.map((store) => list(world, store, '')));
  assert.ok(first !== undefined);
  for (const other of others) assert.deepEqual(other, first);
  return first;
}

for (const actors of [2, 4]) {
  describe(`${actors} query actors of one server`, () => {
    // "Puts on one actor should be visible … on other local actors within 500 ms."
    test('see each other’s Puts by Get and by List within 500 ms', async () => {
      const world = await startWorld(actors);
      for (let actor = 0; actor < actors; actor += 1)
        await put(world, actor, `key/${actor}`, `by ${actor}`);
      await world.simulation.advance(500);
      for (let actor = 0; actor < actors; actor += 1) {
        assert.equal(await get(world, (actor + 1) % actors, `key/${actor}`), `by ${actor}`);
      }
      assert.equal((await assertEqualReplicas(world)).length, actors);
    });

    test('see a Put after milliseconds when there was none for a tenth of a second', async () => {
      const world = await startWorld(actors);
      await world.simulation.advance(1_000);
      await put(world, 0, 'key', 'value');
      await world.simulation.advance(5);
      assert.equal(await get(world, actors - 1, 'key'), 'value');
    });

    test('see a Put that follows another one as soon as the tenth of a second is over', async () => {
      const world = await startWorld(actors);
      await world.simulation.advance(1_000);
      await put(world, 0, 'key', 'first');
      // The next message that is due now is a confirmation, long after the second Put.
      await world.simulation.advance(30);
      await put(world, 0, 'key', 'second');
      await world.simulation.advance(105);
      assert.equal(await get(world, actors - 1, 'key'), 'second');
    });

    // "A should send no more than 10 messages per second to B, regardless of how many Puts A receives."
    test('send at most 10 messages in any second, with a Put every 10 ms on each of them for 3 s', async () => {
      const world = await startWorld(actors);
      const puts: Promise<void>[] = [];
      for (let round = 0; round < 300; round += 1) {
        for (const store of world.stores)
          puts.push(store.put(`key/${round % 50}`, `round ${round}`));
        await world.simulation.advance(10);
      }
      await world.simulation.settle(Promise.all(puts));
      await world.simulation.advance(2_000);
      const counters = await world.simulation.settle(world.system.counters());
      assert.ok(counters.pairRateMax <= 10, `${counters.pairRateMax} messages in a second`);
      // Besides the Puts, each actor was told of the others and greeted by its client.
      assert.equal(counters.toldFromOutside, actors * 302);
      assert.equal((await assertEqualReplicas(world)).length, 50);
    });

    // "Sync messages should not be excessively redundant."
    test('send what changed, once: not the store, and a key that was put often no more than one put once', async () => {
      const bytesOf = async (others: number, times: number): Promise<number> => {
        const world = await startWorld(actors);
        for (let other = 0; other < others; other += 1)
          await put(world, 0, `other/${other}`, 'x'.repeat(100));
        await world.simulation.advance(5_000);
        const before = (await world.simulation.settle(world.system.counters())).marshalledBytes;
        const store = world.stores[0];
        assert.ok(store !== undefined);
        const puts = Array.from({ length: times }, () => store.put('key', 'y'.repeat(100)));
        await world.simulation.settle(Promise.all(puts));
        await world.simulation.advance(5_000);
        const after = (await world.simulation.settle(world.system.counters())).marshalledBytes;
        return after - before;
      };
      const alone = await bytesOf(0, 1);
      const beside = await bytesOf(1_000, 1);
      assert.ok(beside < alone * 1.2, `${beside} bytes beside 1,000 keys, ${alone} alone`);
      const often = await bytesOf(0, 500);
      assert.ok(often < alone * 3, `${often} bytes for 500 Puts, ${alone} for one`);
    });

    test('say nothing when there is nothing to say', async () => {
      const world = await startWorld(actors);
      await put(world, 0, 'key', 'value');
      await world.simulation.advance(10_000);
      const before = await world.simulation.settle(world.system.counters());
      await world.simulation.advance(60_000);
      const after = await world.simulation.settle(world.system.counters());
      assert.equal(after.toldByActors, before.toldByActors);
    });

    // CMUD §5: the chronologically last write wins.
    test('agree on the later of two Puts 10 ms apart, whoever took them', async () => {
      for (let first = 0; first < actors; first += 1) {
        const world = await startWorld(actors);
        await put(world, first, 'key', 'earlier');
        await world.simulation.advance(10);
        await put(world, (first + 1) % actors, 'key', 'later');
        await world.simulation.advance(1_000);
        assert.deepEqual(await assertEqualReplicas(world), [['key', 'later']]);
      }
    });

    test('agree on an overwrite of what another one wrote, also back to the value before', async () => {
      const world = await startWorld(actors);
      const values = ['one', 'two', 'one', 'one'];
      for (const [turn, value] of values.entries()) {
        await put(world, turn % actors, 'key', value);
        await world.simulation.advance(300);
        assert.deepEqual(await assertEqualReplicas(world), [['key', value]]);
      }
    });

    test('forget a deleted key everywhere, and its tombstone once all have confirmed it', async () => {
      const world = await startWorld(actors);
      await put(world, 0, 'key', 'value');
      await world.simulation.advance(1_000);
      const store = world.stores[1];
      assert.ok(store !== undefined && (await world.simulation.settle(store.delete('key'))));
      await world.simulation.advance(500);
      assert.deepEqual(await assertEqualReplicas(world), []);
      await world.simulation.advance(5_000);
      for (const { replica } of await world.simulation.settle(world.server.inspect())) {
        assert.equal(replica.tombstones, 0);
        assert.equal(replica.keys, 0);
      }
    });

    test('end a key with an expiry everywhere', async () => {
      const world = await startWorld(actors);
      const store = world.stores[0];
      assert.ok(store !== undefined);
      await world.simulation.settle(store.put('key', 'value', { ttlMs: 2_000 }));
      await world.simulation.advance(1_000);
      assert.equal(await get(world, 1, 'key'), 'value');
      await world.simulation.advance(2_000);
      assert.deepEqual(await assertEqualReplicas(world), []);
    });

    test('tell watchers of what was written elsewhere', async () => {
      const world = await startWorld(actors);
      const changes: Change[] = [];
      const store = world.stores[actors - 1];
      assert.ok(store !== undefined);
      await world.simulation.settle(store.watch('room/', (change) => changes.push(change)));
      await put(world, 0, 'room/gates', 'open');
      await put(world, 0, 'hall/gates', 'open');
      await world.simulation.advance(500);
      assert.deepEqual(changes, [{ type: 'put', key: 'room/gates', value: 'open' }]);
    });

    test('take a burst that is larger than a message, in order and whole', async () => {
      const world = await startWorld(actors);
      const store = world.stores[0];
      assert.ok(store !== undefined);
      const value = 'v'.repeat(500_000);
      const puts = Array.from({ length: 30 }, (_, index) => store.put(`big/${index}`, value));
      await world.simulation.settle(Promise.all(puts));
      await world.simulation.advance(3_000);
      assert.equal((await assertEqualReplicas(world)).length, 30);
    });
  });
}

test('whatever is written wherever and whenever, all replicas end up with the latest write of each key', async () => {
  const step = fc.record({
    actor: fc.nat(2),
    key: fc.constantFrom('a', 'b', 'c'),
    kind: fc.constantFrom('put', 'put', 'delete'),
    waitMs: fc.constantFrom(0, 0, 1, 20, 150, 700),
  });
  const runs = fc.asyncProperty(
    fc.array(step, { maxLength: 40 }),
    fc.nat(),
    async (steps, seed) => {
      const world = await startWorld(3, seed);
      for (const [index, { actor, key, kind, waitMs }] of steps.entries()) {
        const store = world.stores[actor];
        assert.ok(store !== undefined);
        if (kind === 'put') await world.simulation.settle(store.put(key, `value ${index}`));
        else await world.simulation.settle(store.delete(key));
        await world.simulation.advance(waitMs);
      }
      await world.simulation.advance(3_000);
      await assertEqualReplicas(world);
      for (const { replica } of await world.simulation.settle(world.server.inspect())) {
        assert.equal(replica.tombstones, 0);
        assert.equal(replica.sync.refused, 0);
      }
    },
  );
  await fc.assert(runs, { numRuns: 60 });
});
