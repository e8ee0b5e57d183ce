import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { GeoNet } from '../support/geo-net.ts';

// What a new server is told by several that have the same. In virtual time, with 50 ms between servers.

const keys = 4_000;

/** Two servers that have the same, with keys that both of them wrote. */
async function twoServers(): Promise<GeoNet> {
  const net = await GeoNet.start({ servers: 2, latencyMs: 50 });
  const puts: Promise<void>[] = [];
  for (let index = 0; index < keys; index += 1) {
    puts.push(net.store(index).put(`key/${index}`, `value ${index}`));
  }
  await net.simulation.settle(Promise.all(puts));
  await net.simulation.advance(10_000);
  return net;
}

describe('a server that joins two others', () => {
  test('is told everything once, by one of them', async () => {
    const net = await twoServers();
    const alone = await GeoNet.start({ servers: 1, latencyMs: 50 });
    const puts = Array.from({ length: keys }, (_, index) =>
      alone.store(0).put(`key/${index}`, `value ${index}`),
    );
    await alone.simulation.settle(Promise.all(puts));
    const [once, both] = [await joined(alone, 's2'), await joined(net, 's3')];
    await net.assertEqual();
    assert.ok(both < 1.3 * once, `${both} bytes from two, ${once} from one`);
  });

  test('is told the rest by the other one when the one is lost in the middle', async () => {
    const net = await twoServers();
    const join = net.servers.map(({ server }) => server.description);
    const { server } = await net.startServer('s3', { join });
    await net.simulation.advance(500);
    net.crash('s1');
    await net.simulation.settle(server.ready, 60_000);
    await net.simulation.advance(30_000);
    const pairs = await net.assertEqual();
    assert.equal(pairs.length, keys);
  });

  test('keeps nobody else waiting meanwhile, and has no lag when it is ready', async () => {
    const net = await GeoNet.start({ servers: 2, latencyMs: 50 });
    const value = 'v'.repeat(4_096);
    const puts = Array.from({ length: 400 }, (_, index) => net.store(0).put(`key/${index}`, value));
    await net.simulation.settle(Promise.all(puts));
    await net.simulation.advance(10_000);
    const join = net.servers.map(({ server }) => server.description);
    const { server } = await net.startServer('s3', { join });
    let isReady = false;
    void server.ready.then(() => (isReady = true));
    const waitsMs: number[] = [];
    while (!isReady) waitsMs.push(await wayMs(net, 1, waitsMs.length));
    assert.ok(waitsMs.length >= 5, `only ${waitsMs.length} puts while it was told everything`);
    // Two messages are 101 ms apart, and the way takes 50.
    assert.ok(Math.max(...waitsMs) < 300, `a put took ${Math.max(...waitsMs)} ms to the other one`);
    const lastMs = await wayMs(net, 2, waitsMs.length);
    assert.ok(lastMs < 300, `a put took ${lastMs} ms to the new one`);
    await net.simulation.advance(1_000);
    await net.assertEqual();
  });
});

/** How long a put at the first server takes to be seen at another one, to 10 ms. */
async function wayMs(net: GeoNet, at: number, number: number): Promise<number> {
  await net.put(0, 'news', `${number}`);
  for (let ms = 0; ms < 10_000; ms += 10) {
    if ((await net.get(at, 'news')) === `${number}`) return ms;
    await net.simulation.advance(10);
  }
  return Infinity;
}

/** The bytes that a new server receives until it has everything. */
async function joined(net: GeoNet, name: string): Promise<number> {
  const join = net.servers.map(({ server }) => server.description);
  const { server } = await net.startServer(name, { join });
  await net.simulation.settle(server.ready, 60_000);
  await net.simulation.advance(3_000);
  return (await net.counters(name)).remoteReceivedBytes;
}
