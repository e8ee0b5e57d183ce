import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import type { ThreadCounters } from '../../src/actor/counters.ts';
import { GeoNet, type GeoNetOptions } from '../support/geo-net.ts';

// CMUD §5, sentence by sentence: what the exchange costs. In virtual time, with 200 ms between servers.

const latencyMs = 200;

/** What the counter of each server rose by while `action` ran. */
async function growth(
  net: GeoNet,
  figure: (counters: ThreadCounters) => number,
  action: () => Promise<void>,
): Promise<number[]> {
  const read = (): Promise<number[]> =>
    net.figures(async ({ system }) => figure(await system.counters()));
  const before = await read();
  await action();
  const after = await read();
  return after.map((value, index) => value - (before[index] ?? 0));
}

const sum = (values: readonly number[]): number => values.reduce((total, each) => total + each, 0);

for (const [servers, actors] of [
  [1, 1],
  [1, 4],
  [2, 1],
  [2, 4],
  [4, 1],
  [4, 4],
] as const) {
  describe(`${servers} servers of ${actors} query actors`, () => {
    const shape: GeoNetOptions = { servers, actors, latencyMs };

    // "for each ordered pair of actors (A, B), A should send no more than 10 messages per second to B, regardless of how
    // many Puts A receives."
    test('send at most 10 messages in any second, with a Put every 10 ms on each actor for 3 s', async () => {
      const net = await GeoNet.start(shape);
      const puts: Promise<void>[] = [];
      for (let round = 0; round < 300; round += 1) {
        for (const store of net.stores) puts.push(store.put(`key/${round % 50}`, `${round}`));
        await net.simulation.advance(10);
      }
      await net.simulation.settle(Promise.all(puts));
      await net.simulation.advance(3_000);
      for (const { name } of net.servers) {
        const { pairRateMax } = await net.counters(name);
        assert.ok(pairRateMax <= 10, `${name}: ${pairRateMax} messages in a second`);
      }
      assert.equal((await net.assertEqual()).length, 50);
    });

    // "Each QueryReceiver RPC handler should forward its query to its actor (via ActorSystem.Tell), wait for a response
    // from that actor (via ActorSystem.NewChannelRef), and then reply to its caller."
    test('take each query as one message from outside, with one channel ref', async () => {
      const net = await GeoNet.start(shape);
      // A client greets its server with its first call.
      for (const [index] of net.stores.entries()) await net.put(index, 'greeted', 'yes');
      const queries = async (): Promise<void> => {
        for (const [index] of net.stores.entries()) {
          await net.put(index, `key/${index}`, 'value');
          await net.get(index, `key/${index}`);
        }
        await net.simulation.advance(2_000);
      };
      const expected = net.servers.map(() => 2 * actors);
      const told = await growth(net, ({ toldFromOutside }) => toldFromOutside, queries);
      const used = await growth(net, ({ channelRefsUsed }) => channelRefsUsed, queries);
      assert.deepEqual([told, used], [expected, expected]);
    });

    // "For efficiency, sync messages should not be excessively redundant (i.e., contain many Puts that the recipient
    // already knows)."
    test('send what changed and not the store, however much is in it', async () => {
      const bytesOfRound = async (others: number): Promise<{ told: number; came: number }> => {
        const net = await GeoNet.start(shape);
        const puts = Array.from({ length: others }, (_, index) =>
          net.store(0).put(`other/${index}`, 'x'.repeat(100)),
        );
        await net.simulation.settle(Promise.all(puts));
        await net.simulation.advance(20_000);
        const round = async (): Promise<void> => {
          for (const [index] of net.stores.entries()) await net.put(index, `key/${index}`, 'value');
          await net.simulation.advance(4_000);
        };
        const told = sum(await growth(net, (counters) => counters.marshalledBytes, round));
        const came = sum(await growth(net, (counters) => counters.remoteReceivedBytes, round));
        return { told, came };
      };
      const alone = await bytesOfRound(0);
      const beside = await bytesOfRound(1_000);
      assert.ok(
        beside.told <= alone.told * 1.2,
        `told: ${alone.told} alone, ${beside.told} beside`,
      );
      assert.ok(
        beside.came <= alone.came * 1.2,
        `came: ${alone.came} alone, ${beside.came} beside`,
      );
    });

    test('say nothing to anybody when there is nothing to say', async () => {
      const net = await GeoNet.start(shape);
      await net.put(0, 'key', 'value');
      await net.simulation.advance(20_000);
      const bytesWithin = (ms: number): Promise<number[]> =>
        growth(
          net,
          ({ marshalledBytes }) => marshalledBytes,
          () => net.simulation.advance(ms),
        );
      // Counters are asked for by mail, which counts.
      assert.deepEqual(await bytesWithin(60_000), await bytesWithin(0));
    });
  });
}

describe('the network between servers', () => {
  const bytesToSecond = async (actors: number): Promise<number> => {
    const net = await GeoNet.start({ servers: 1, latencyMs });
    const { server } = await net.startServer('s2', {
      join: [net.mustGet('s1').server.description],
      actors,
    });
    await net.simulation.settle(server.ready);
    await net.simulation.advance(10_000);
    const [, came = 0] = await growth(
      net,
      (counters) => counters.remoteReceivedBytes,
      async () => {
        for (let round = 0; round < 20; round += 1) {
          for (let key = 0; key < 50; key += 1) {
            await net.put(0, `key/${round}/${key}`, 'x'.repeat(100));
          }
          await net.simulation.advance(100);
        }
        await net.simulation.advance(3_000);
      },
    );
    return came;
  };

  // "To preserve network bandwidth, you should generally avoid sending the same Put separately to multiple actors on the
  // same remote server."
  test('brings a Put to a server once, however many query actors it has', async () => {
    const one = await bytesToSecond(1);
    const four = await bytesToSecond(4);
    assert.ok(one > 100_000, `${one} bytes: each Put has 100`);
    assert.ok(four <= one * 1.1, `${one} bytes to one actor, ${four} to four`);
  });

  test('brings a key that was put often no more than one that was put once', async () => {
    const net = await GeoNet.start({ servers: 2, latencyMs });
    const cameWith = async (times: number): Promise<number> => {
      const [, came = 0] = await growth(
        net,
        (counters) => counters.remoteReceivedBytes,
        async () => {
          const puts = Array.from({ length: times }, () =>
            net.store(0).put('key', 'y'.repeat(100)),
          );
          await net.simulation.settle(Promise.all(puts));
          await net.simulation.advance(5_000);
        },
      );
      return came;
    };
    const once = await cameWith(1);
    const often = await cameWith(500);
    assert.ok(often < once * 3, `${often} bytes for 500 Puts, ${once} for one`);
  });
});
