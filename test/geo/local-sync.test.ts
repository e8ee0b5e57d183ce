import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from 'fast-check';

import type { Change } from '../../src/geo/client/geo-store.ts';
import { GeoNet } from '../support/geo-net.ts';

// CMUD §5.1, in virtual time: one server, several query actors, a client at each.

for (const actors of [2, 4]) {
  describe(`${actors} query actors of one server`, () => {
    // "Puts on one actor should be visible … on other local actors within 500 ms."
    test('see each other’s Puts by Get and by List within 500 ms', async () => {
      const net = await GeoNet.start({ actors });
      for (let actor = 0; actor < actors; actor += 1)
        await net.put(actor, `key/${actor}`, `by ${actor}`);
      await net.simulation.advance(500);
      for (let actor = 0; actor < actors; actor += 1) {
        assert.equal(await net.get((actor + 1) % actors, `key/${actor}`), `by ${actor}`);
      }
      assert.equal((await net.assertEqual()).length, actors);
    });

    test('see a Put after milliseconds when there was none for a tenth of a second', async () => {
      const net = await GeoNet.start({ actors });
      await net.simulation.advance(1_000);
      await net.put(0, 'key', 'value');
      await net.simulation.advance(5);
      assert.equal(await net.get(actors - 1, 'key'), 'value');
    });

    test('see a Put that follows another one as soon as the tenth of a second is over', async () => {
      const net = await GeoNet.start({ actors });
      await net.simulation.advance(1_000);
      await net.put(0, 'key', 'first');
      // The next message that is due now is a confirmation, long after the second Put.
      await net.simulation.advance(30);
      await net.put(0, 'key', 'second');
      await net.simulation.advance(105);
      assert.equal(await net.get(actors - 1, 'key'), 'second');
    });

    // "A should send no more than 10 messages per second to B, regardless of how many Puts A receives."
    test('send at most 10 messages in any second, with a Put every 10 ms on each of them for 3 s', async () => {
      const net = await GeoNet.start({ actors });
      const puts: Promise<void>[] = [];
      for (let round = 0; round < 300; round += 1) {
        for (const store of net.stores) puts.push(store.put(`key/${round % 50}`, `round ${round}`));
        await net.simulation.advance(10);
      }
      await net.simulation.settle(Promise.all(puts));
      await net.simulation.advance(2_000);
      const counters = await net.simulation.settle(net.mustGet('s1').system.counters());
      assert.ok(counters.pairRateMax <= 10, `${counters.pairRateMax} messages in a second`);
      // Besides the Puts, each actor was greeted by its client.
      assert.equal(counters.toldFromOutside, actors * 301);
      assert.equal((await net.assertEqual()).length, 50);
    });

    // "Sync messages should not be excessively redundant."
    test('send what changed, once: not the store, and a key that was put often no more than one put once', async () => {
      const bytesOf = async (others: number, times: number): Promise<number> => {
        const net = await GeoNet.start({ actors });
        for (let other = 0; other < others; other += 1)
          await net.put(0, `other/${other}`, 'x'.repeat(100));
        await net.simulation.advance(5_000);
        const before = (await net.simulation.settle(net.mustGet('s1').system.counters()))
          .marshalledBytes;
        const store = net.stores[0];
        assert.ok(store !== undefined);
        const puts = Array.from({ length: times }, () => store.put('key', 'y'.repeat(100)));
        await net.simulation.settle(Promise.all(puts));
        await net.simulation.advance(5_000);
        const after = (await net.simulation.settle(net.mustGet('s1').system.counters()))
          .marshalledBytes;
        return after - before;
      };
      const alone = await bytesOf(0, 1);
      const beside = await bytesOf(1_000, 1);
      assert.ok(beside < alone * 1.2, `${beside} bytes beside 1,000 keys, ${alone} alone`);
      const often = await bytesOf(0, 500);
      assert.ok(often < alone * 3, `${often} bytes for 500 Puts, ${alone} for one`);
    });

    test('say nothing when there is nothing to say', async () => {
      const net = await GeoNet.start({ actors });
      await net.put(0, 'key', 'value');
      await net.simulation.advance(10_000);
      const before = await net.simulation.settle(net.mustGet('s1').system.counters());
      await net.simulation.advance(60_000);
      const after = await net.simulation.settle(net.mustGet('s1').system.counters());
      assert.equal(after.toldByActors, before.toldByActors);
    });

    // CMUD §5: the chronologically last write wins.
    test('agree on the later of two Puts 10 ms apart, whoever took them', async () => {
      for (let first = 0; first < actors; first += 1) {
        const net = await GeoNet.start({ actors });
        await net.put(first, 'key', 'earlier');
        await net.simulation.advance(10);
        await net.put((first + 1) % actors, 'key', 'later');
        await net.simulation.advance(1_000);
        assert.deepEqual(await net.assertEqual(), [['key', 'later']]);
      }
    });

    test('agree on an overwrite of what another one wrote, also back to the value before', async () => {
      const net = await GeoNet.start({ actors });
      const values = ['one', 'two', 'one', 'one'];
      for (const [turn, value] of values.entries()) {
        await net.put(turn % actors, 'key', value);
        await net.simulation.advance(300);
        assert.deepEqual(await net.assertEqual(), [['key', value]]);
      }
    });

    test('forget a deleted key everywhere, and its tombstone once all have confirmed it', async () => {
      const net = await GeoNet.start({ actors });
      await net.put(0, 'key', 'value');
      await net.simulation.advance(1_000);
      const store = net.stores[1];
      assert.ok(store !== undefined && (await net.simulation.settle(store.delete('key'))));
      await net.simulation.advance(500);
      assert.deepEqual(await net.assertEqual(), []);
      await net.simulation.advance(5_000);
      for (const { replica } of await net.simulation.settle(net.mustGet('s1').server.inspect())) {
        assert.equal(replica.tombstones, 0);
        assert.equal(replica.keys, 0);
      }
    });

    test('end a key with an expiry everywhere', async () => {
      const net = await GeoNet.start({ actors });
      const store = net.stores[0];
      assert.ok(store !== undefined);
      await net.simulation.settle(store.put('key', 'value', { ttlMs: 2_000 }));
      await net.simulation.advance(1_000);
      assert.equal(await net.get(1, 'key'), 'value');
      await net.simulation.advance(2_000);
      assert.deepEqual(await net.assertEqual(), []);
    });

    test('tell watchers of what was written elsewhere', async () => {
      const net = await GeoNet.start({ actors });
      const changes: Change[] = [];
      const store = net.stores[actors - 1];
      assert.ok(store !== undefined);
      await net.simulation.settle(store.watch('room/', (change) => changes.push(change)));
      await net.put(0, 'room/gates', 'open');
      await net.put(0, 'hall/gates', 'open');
      await net.simulation.advance(500);
      assert.deepEqual(changes, [{ type: 'put', key: 'room/gates', value: 'open' }]);
    });

    test('take a burst that is larger than a message, in order and whole', async () => {
      const net = await GeoNet.start({ actors });
      const store = net.stores[0];
      assert.ok(store !== undefined);
      const value = 'v'.repeat(500_000);
      const puts = Array.from({ length: 30 }, (_, index) => store.put(`big/${index}`, value));
      await net.simulation.settle(Promise.all(puts));
      await net.simulation.advance(3_000);
      assert.equal((await net.assertEqual()).length, 30);
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
      const net = await GeoNet.start({ actors: 3, seed });
      for (const [index, { actor, key, kind, waitMs }] of steps.entries()) {
        const store = net.stores[actor];
        assert.ok(store !== undefined);
        if (kind === 'put') await net.simulation.settle(store.put(key, `value ${index}`));
        else await net.simulation.settle(store.delete(key));
        await net.simulation.advance(waitMs);
      }
      await net.simulation.advance(3_000);
      await net.assertEqual();
      for (const { replica } of await net.simulation.settle(net.mustGet('s1').server.inspect())) {
        assert.equal(replica.tombstones, 0);
        assert.equal(replica.sync.refused, 0);
      }
    },
  );
  await fc.assert(runs, { numRuns: 60 });
});
