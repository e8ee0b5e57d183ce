import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import type { Change } from '../../src/geo/client/geo-store.ts';
import { GeoNet } from '../support/geo-net.ts';

// CMUD §3 and §5, sentence by sentence: what replicas show. In virtual time, with 250 ms between servers.

for (const [servers, actors] of [
  [1, 1],
  [1, 2],
  [1, 4],
  [2, 1],
  [2, 4],
  [4, 1],
  [4, 4],
] as const) {
  describe(`${servers} servers of ${actors} query actors`, () => {
    const start = (): Promise<GeoNet> => GeoNet.start({ servers, actors, latencyMs: 250 });
    /** When a Put has to be visible everywhere. */
    const visibleMs = servers === 1 ? 500 : 2_000;

    // "each query actor applies Put queries to its own hash table immediately and shows that value to future reads (Get
    // and List)."
    test('show a Put at once where it was taken', async () => {
      const net = await start();
      for (const [index, store] of net.stores.entries()) {
        await net.put(index, `key/${index}`, 'value');
        assert.equal(await net.get(index, `key/${index}`), 'value');
        assert.deepEqual(await net.list(store, `key/${index}`), [[`key/${index}`, 'value']]);
      }
    });

    // "Puts on one actor should be visible to Get and List queries on other local actors within 500 ms."
    // "Puts on one actor should be visible to Get and List queries on other remote actors within 2000 ms whenever one-way
    // network latency is ≤ 250 ms."
    test(`see each other’s Puts by Get and by List within ${visibleMs} ms`, async () => {
      const net = await start();
      const keys = net.stores.map((_, index) => `key/${index}`);
      await net.simulation.settle(
        Promise.all(keys.map((key, index) => net.store(index).put(key, `by ${index}`))),
      );
      await net.simulation.advance(visibleMs - 10);
      for (const [reader] of net.stores.entries()) {
        const read = keys.map((key) => net.store(reader).get(key));
        assert.deepEqual(
          await net.simulation.settle(Promise.all(read)),
          keys.map((_, index) => `by ${index}`),
        );
      }
      assert.equal((await net.assertEqual()).length, keys.length);
    });

    // "List(prefix): Returns all (key, value) pairs whose key starts with prefix"
    test('list what begins with a prefix and nothing else, wherever it was written', async () => {
      const net = await start();
      const keys = ['room', 'room/', 'room/1', 'room/2', 'rooms', 'roo'];
      for (const [index, key] of keys.entries()) await net.put(index, key, key);
      await net.simulation.advance(visibleMs);
      for (const store of net.stores) {
        assert.deepEqual(await net.list(store, 'room/'), [
          ['room/', 'room/'],
          ['room/1', 'room/1'],
          ['room/2', 'room/2'],
        ]);
      }
    });

    // "Last-writer-wins ensures that you always see the chronologically last write to a key."
    test('agree on the later of two Puts 10 ms apart, whoever took them', async () => {
      const net = await start();
      const { length } = net.stores;
      for (let first = 0; first < length; first += 1) {
        for (const second of [(first + 1) % length, (first + length - 1) % length]) {
          await net.put(first, 'key', `earlier, at ${first}`);
          await net.simulation.advance(10);
          const later = `later, at ${second} after ${first}`;
          await net.put(second, 'key', later);
          await net.simulation.advance(visibleMs);
          assert.deepEqual(await net.assertEqual(), [['key', later]]);
        }
      }
    });

    // "all query actors eventually see all updates, and once two actors have seen the same set of updates, they have the
    // same state."
    test('agree on an overwrite at any other actor, also back to the value before', async () => {
      const net = await start();
      for (const [turn, value] of ['one', 'two', 'one', 'one', 'three'].entries()) {
        await net.put(turn, 'key', value);
        await net.simulation.advance(visibleMs);
        assert.deepEqual(await net.assertEqual(), [['key', value]]);
      }
    });

    // "Break ties arbitrarily but deterministically, e.g., using a lexicographic sort on the ActorRef.Uid() of the query
    // actor who processed the original Put."
    test('agree also where all take a Put of one key in the same millisecond', async () => {
      const net = await start();
      const puts = net.stores.map((store, index) => store.put('key', `by ${index}`));
      await net.simulation.settle(Promise.all(puts));
      await net.simulation.advance(visibleMs);
      assert.equal((await net.assertEqual()).length, 1);
    });

    test('show a deleted key to nobody, and forget it once everybody has confirmed', async () => {
      const net = await start();
      await net.put(0, 'key', 'value');
      await net.simulation.advance(visibleMs);
      const last = net.store(net.stores.length - 1);
      assert.ok(await net.simulation.settle(last.delete('key')));
      await net.simulation.advance(visibleMs);
      assert.deepEqual(await net.assertEqual(), []);
      await net.simulation.advance(8_000);
      const reports = (await net.figures(({ server }) => server.inspect())).flat();
      const homes = await net.figures(({ server }) => server.inspectServer());
      for (const { replica } of [...reports, ...homes]) {
        assert.deepEqual([replica.keys, replica.tombstones], [0, 0]);
      }
    });

    test('end a key everywhere in its time', async () => {
      const net = await start();
      await net.simulation.settle(net.store(0).put('key', 'value', { ttlMs: 4_000 }));
      await net.simulation.advance(visibleMs);
      for (const [reader] of net.stores.entries()) {
        assert.equal(await net.get(reader, 'key'), 'value');
      }
      await net.simulation.advance(4_000);
      assert.deepEqual(await net.assertEqual(), []);
      await net.simulation.advance(10_000);
      for (const { replica } of (await net.figures(({ server }) => server.inspect())).flat()) {
        assert.equal(replica.tombstones, 0);
      }
    });

    test('tell whoever watches a prefix of what was written anywhere', async () => {
      const net = await start();
      const seen: Change[][] = net.stores.map(() => []);
      for (const [index, store] of net.stores.entries()) {
        const watching = store.watch('room/', (change) => seen[index]?.push(change));
        await net.simulation.settle(watching);
      }
      await net.put(0, 'room/gates', 'open');
      await net.put(0, 'hall/gates', 'open');
      await net.simulation.advance(visibleMs);
      await net.simulation.settle(net.store(net.stores.length - 1).delete('room/gates'));
      await net.simulation.advance(visibleMs);
      for (const changes of seen) {
        assert.deepEqual(changes, [
          { type: 'put', key: 'room/gates', value: 'open' },
          { type: 'delete', key: 'room/gates' },
        ]);
      }
    });
  });
}

test('pages of a list follow each other without a gap while other servers write', async () => {
  const net = await GeoNet.start({ servers: 2, actors: 2, latencyMs: 250 });
  const keys = Array.from({ length: 5_000 }, (_, index) => `key/${String(index).padStart(4, '0')}`);
  await net.simulation.settle(Promise.all(keys.map((key) => net.store(0).put(key, 'there'))));
  await net.simulation.advance(3_000);
  const reader = net.store(3);
  const listed: string[] = [];
  const read = async (): Promise<void> => {
    for await (const { key } of reader.list('key/')) listed.push(key);
  };
  const writes = keys.flatMap((key, index) => [
    net.store(1).put(`${key}/new`, 'new'),
    ...(index % 3 === 0 ? [net.store(0).put(key, 'again')] : []),
  ]);
  await net.simulation.settle(Promise.all([read(), ...writes]));
  assert.deepEqual(listed, listed.toSorted(), 'in order, each once');
  assert.equal(new Set(listed).size, listed.length);
  const present = new Set(listed);
  assert.ok(keys.every((key) => present.has(key)));
});
