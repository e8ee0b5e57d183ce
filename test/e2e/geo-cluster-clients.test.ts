import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { connect } from '../../src/client.ts';
import { GeoCluster } from '../support/geo-cluster.ts';
import { differenceOf } from '../support/geo-process.ts';
import { until } from '../support/until.ts';

// A cluster by the clients that people have, while its servers die and come back.

test('what one client writes at one server, clients of other kinds read at the others', async (t) => {
  const cluster = await GeoCluster.start(t, { servers: 2 });
  const node = createClient({ url: `redis://127.0.0.1:${cluster.at(0).port}` });
  node.on('error', () => undefined);
  await node.connect();
  const io = new Redis(cluster.at(1).port, '127.0.0.1');
  await node.set('from', 'node-redis');
  await io.set('back', 'ioredis');
  await until('each sees what the other wrote', 10_000, async () => {
    const [from, back] = await Promise.all([io.get('from'), node.get('back')]);
    return (from === 'node-redis' && back === 'ioredis') || `${from} and ${back}`;
  });
  await node.del('from');
  await until('a delete is seen too', 10_000, async () => (await io.exists('from')) === 0);
  await node.close();
  await io.quit();
});

test('a client with the nearest router goes on while any one of its servers is dead', async (t) => {
  const cluster = await GeoCluster.start(t, { servers: 3, isKept: true });
  const addresses = cluster.servers.map(({ port }) => `127.0.0.1:${port}`);
  const store = connect({ addresses });
  const expected = new Map<string, string>();
  const write = async (label: string): Promise<void> => {
    for (let number = 0; number < 20; number += 1) {
      const [key, value] = [`router/${number}`, `${label}/${number}`];
      // A put whose server died under it may have happened or not: it is put again, as its caller would.
      await until('the put is taken', 10_000, async () => {
        return await store.put(key, value).then(
          () => true,
          (error: unknown) => String(error),
        );
      });
      expected.set(key, value);
    }
  };
  await write('all');
  for (const victim of [0, 1, 2]) {
    await cluster.at(victim).kill();
    await write(`without ${victim + 1}`);
    await cluster.restart(victim);
  }
  const { found } = await cluster.untilEqual(20_000);
  assert.equal(differenceOf(found, expected), undefined);
  await store.close();
});
