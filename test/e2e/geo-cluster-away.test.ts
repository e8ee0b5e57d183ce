import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { Redis } from 'ioredis';
import { actorLimits } from '../../src/core/limits.ts';
import { GeoCluster } from '../support/geo-cluster.ts';
import type { GeoProcess } from '../support/geo-process.ts';
import { RespWriter } from '../support/resp-writer.ts';
import { until } from '../support/until.ts';

// A server that is away while the others are written to: they do not mind, and it catches up within seconds.

const keyCount = 100_000;
const valueBytes = 40;

/** Changes 100,000 keys through two servers, half through each; all writes are acknowledged. */
async function changeAll(servers: readonly GeoProcess[], label: string): Promise<RespWriter[]> {
  const keys = keyCount / servers.length;
  const writers = servers.map(
    ({ port }, index) =>
      new RespWriter({
        port,
        prefix: `s${index}/`,
        keys,
        count: keys,
        depth: 500,
        valueBytes,
        label,
      }),
  );
  await Promise.all(writers.map((writer) => writer.end()));
  for (const writer of writers) assert.equal(writer.acknowledged, keys, writer.refusal);
  return writers;
}

/** The bytes of keys and values that were changed, as they are. */
function payloadOf(found: ReadonlyMap<string, string>): number {
  let bytes = 0;
  for (const [key, value] of found) bytes += key.length + value.length;
  return bytes;
}

const receivedBytes = 'atoll_actor_remote_received_bytes_total';

/** Asserts that the last server catches up with no more bytes than its changes are worth. */
async function assertCatchesUp(
  t: TestContext,
  cluster: GeoCluster,
  writers: readonly RespWriter[],
): Promise<void> {
  const away = cluster.at(2);
  const { found, tookMs } = await cluster.untilEqual(30_000);
  for (const writer of writers) writer.check(found);
  const bytes = await away.metric(receivedBytes);
  const payload = payloadOf(found);
  t.diagnostic(`equal after ${tookMs} ms, ${bytes} bytes for ${payload} bytes of keys and values`);
  // Each of two servers may tell it everything: what it wrote itself, and, where that did not come within a moment, what the
  // other one wrote. More would be telling it over and over, or looking for a difference that the streams have.
  assert.ok(bytes < 3 * payload, `${bytes} bytes for ${payload}`);
  for (const server of cluster.servers) {
    assert.equal(await server.metric('atoll_geo_divergence_found_total'), 0);
  }
}

test('while one of three servers is frozen, the others answer at once; when it wakes, all are equal', async (t) => {
  const cluster = await GeoCluster.start(t, { servers: 3 });
  const [one, two, frozen] = [cluster.at(0), cluster.at(1), cluster.at(2)];
  await Promise.all([one, two].map((server) => linked(server, 2)));
  frozen.signal('SIGSTOP');
  const redis = new Redis(one.port, '127.0.0.1');
  const latenciesMs: number[] = [];
  const isOver = until('the others give the frozen server up', 15_000, async () => {
    const beganMs = performance.now();
    await redis.set('asked', String(latenciesMs.length));
    latenciesMs.push(performance.now() - beganMs);
    return (await upPeers(one)) === 1 && (await upPeers(two)) === 1;
  });
  const writers = await changeAll([one, two], 'first ');
  await isOver;
  redis.disconnect();
  const worstMs = Math.max(...latenciesMs);
  const residentBytes = await one.metric('process_resident_memory_bytes');
  frozen.signal('SIGCONT');
  t.diagnostic(`worst of ${latenciesMs.length} answers: ${Math.round(worstMs)} ms`);
  t.diagnostic(`${Math.round(residentBytes / 2 ** 20)} MiB resident`);
  // Who waited for the frozen server would have waited until it was given up.
  assert.ok(worstMs < actorLimits.peerSilenceMs, `an answer took ${worstMs} ms`);
  assert.ok(residentBytes < 500 * 2 ** 20, `${residentBytes} bytes are held`);
  await assertCatchesUp(t, cluster, writers);
});

test('a server that was killed while 100,000 keys changed has them soon after it comes back', async (t) => {
  const cluster = await GeoCluster.start(t, { servers: 3, isKept: true });
  const others = [cluster.at(0), cluster.at(1)];
  await changeAll(others, 'first ');
  await cluster.untilEqual(30_000);
  await cluster.at(2).kill();
  const writers = await changeAll(others, 'second ');
  await cluster.restart(2);
  await assertCatchesUp(t, cluster, writers);
});

async function upPeers(server: GeoProcess): Promise<number> {
  return await server.metric('atoll_geo_peer_up{');
}

async function linked(server: GeoProcess, peers: number): Promise<void> {
  await until('the servers are linked', 10_000, async () => (await upPeers(server)) === peers);
}
