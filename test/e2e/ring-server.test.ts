import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { test, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import type { RingStatus } from '../../src/cli/ring/ring-status.ts';
import { connect } from '../../src/ring.ts';
import { runAtoll } from '../support/atoll.ts';
import { findPorts } from '../support/free-ports.ts';
import { launchRing, RingProcess, type RingProcessOptions } from '../support/ring-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';

// `atoll ring` as people run it: processes, real clients, signals.

async function startRing(t: TestContext, options: RingProcessOptions = {}): Promise<RingProcess> {
  const server = await RingProcess.start(options);
  t.after(() => server.kill());
  return server;
}

test('three servers with two nodes each find each other, and have the same view', async (t) => {
  const servers = await RingProcess.startAll([{ nodes: 2 }, { nodes: 2 }, { nodes: 2 }]);
  t.after(() => Promise.all(servers.map((server) => server.kill())));
  const [first, ...others] = servers;
  assert.equal(first.ready.nodes.length, 6);
  for (const { ready } of others) {
    assert.deepEqual(ready.nodes, first.ready.nodes);
    assert.equal(ready.epoch, first.ready.epoch);
    assert.equal(ready.coordinator, first.address);
  }
  const store = await connect({ ring: others[1]?.address ?? '' });
  t.after(() => store.close());
  const keys = Array.from({ length: 200 }, (_, i) => `user-${i}:head`);
  await Promise.all(keys.map((key) => store.put(key, `of ${key}`)));
  assert.deepEqual(
    await store.getMany(keys),
    keys.map((key) => `of ${key}`),
  );
  for (const server of servers) assert.equal(await server.readiness(), 200);
  const counts = await Promise.all(servers.map((server) => server.metric('atoll_ring_keys{')));
  assert.equal(
    counts.reduce((sum, count) => sum + count, 0),
    200,
  );
  assert.ok(counts.every((count) => count > 0));
});

test('while servers are missing a server says so, and answers NOTREADY', async (t) => {
  const [port, adminPort] = [await findPorts(1), await findPorts(1)];
  const atoll = launchRing({
    port,
    servers: 2,
    arguments: ['--admin-port', String(adminPort)],
  });
  t.after(() => atoll.child.kill('SIGKILL'));
  const admin = `http://127.0.0.1:${adminPort}`;
  await until('it waits', 30_000, async () => {
    try {
      return (await (await fetch(`${admin}/readyz`)).text()).includes('1 of 2 servers');
    } catch (error) {
      return String(error);
    }
  });
  assert.equal((await fetch(`${admin}/readyz`)).status, 503);
  assert.equal((await fetch(`${admin}/healthz`)).status, 200);
  assert.match(await (await fetch(`${admin}/metrics`)).text(), /^atoll_ring_ready 0$/m);
  const { state } = (await (await fetch(`${admin}/status`)).json()) as RingStatus;
  assert.equal(state, 'waiting');
  const shown = await runAtoll(['ring', 'status', '--admin', `127.0.0.1:${adminPort}`]);
  assert.match(shown.stdout, /is waiting: the ring is not complete: 1 of 2 servers/);
  const redis = new Redis(port, '127.0.0.1');
  await assert.rejects(redis.get('k'), /NOTREADY/);
  redis.disconnect();
  atoll.child.kill('SIGTERM');
  const { exitCode, stdout } = await atoll.end();
  assert.deepEqual([exitCode, stdout], [0, '']);
});

test('node-redis works against a single node', async (t) => {
  const { port } = await startRing(t);
  const client = createClient({ url: `redis://127.0.0.1:${port}` });
  const faults: unknown[] = [];
  client.on('error', (error) => faults.push(error));
  await client.connect();
  assert.equal(await client.set('lock', 'mine', { condition: 'NX' }), 'OK');
  assert.equal(await client.set('lock', 'yours', { condition: 'NX' }), null);
  assert.deepEqual(await client.mGet(['lock', 'nothing']), ['mine', null]);
  for (const item of ['a', 'b', 'c', 'b']) await client.sendCommand(['LADD', 'list', item]);
  assert.deepEqual(await client.lRange('list', -2, -1), ['b', 'c']);
  assert.equal(await client.sendCommand(['LREMOVE', 'list', 'b']), 1);
  assert.equal(await client.lLen('list'), 2);
  assert.equal(await client.del(['lock', 'list', 'nothing']), 2);
  await client.close();
  assert.deepEqual(faults, []);
});

test('ioredis works against a single node', async (t) => {
  const { port } = await startRing(t);
  const client = new Redis(port, '127.0.0.1');
  const faults: unknown[] = [];
  client.on('error', (error) => faults.push(error));
  const pipeline = client.pipeline();
  for (let i = 0; i < 500; i += 1) pipeline.set(`key:${i}`, i);
  for (let i = 0; i < 500; i += 1) pipeline.call('LADD', 'list', String(i));
  const results = (await pipeline.exec()) ?? [];
  assert.deepEqual(
    results.filter(([error]) => error !== null),
    [],
  );
  assert.equal(await client.set('key:1', 'x', 'NX'), null);
  assert.deepEqual(await client.mget('key:7', 'key:8'), ['7', '8']);
  assert.deepEqual(await client.lrange('list', -3, -1), ['497', '498', '499']);
  await assert.rejects(client.get('list'), /WRONGTYPE/);
  const info = await client.info();
  assert.match(info, /ring_nodes:1/);
  await client.quit();
  assert.deepEqual(faults, []);
});

const hasRedisCli = spawnSync('redis-cli', ['--version']).status === 0;

test(
  'redis-cli does everything but hold a lease',
  { skip: hasRedisCli ? false : 'redis-cli is not installed' },
  async (t) => {
    const { port } = await startRing(t);
    const cli = async (...words: string[]): Promise<string> => {
      const { stdout } = await promisify(execFile)('redis-cli', ['-p', String(port), ...words]);
      return stdout.trim();
    };
    assert.equal(await cli('SET', 'k', 'v', 'NX'), 'OK');
    assert.equal(await cli('LADD', 'l', 'item'), '1');
    assert.equal(await cli('LRANGE', 'l', '0', '-1'), 'item');
    assert.equal(await cli('MGET', 'k', 'none'), 'v');
    assert.match(await cli('RING', 'SERVERS'), new RegExp(String(port)));
    assert.equal(await cli('RING', 'LEASES'), '');
    assert.deepEqual((await cli('GETLEASE', 'k')).split('\n'), ['v', '0', '0']);
  },
);

test('a node refuses keys that are not its own, and says whose they are', async (t) => {
  const { ready } = await startRing(t, { nodes: 2, virtualIds: [2 ** 31, 2 ** 32 - 1] });
  const [low = 0, high = 0] = ready.ports;
  const [one, other] = [new Redis(low, '127.0.0.1'), new Redis(high, '127.0.0.1')];
  t.after(() => [one, other].map((redis) => redis.disconnect()));
  const outcomes = await Promise.allSettled([one.set('k:1', 'v'), other.set('k:1', 'v')]);
  const refused = outcomes.find((outcome) => outcome.status === 'rejected');
  const owner = outcomes[0].status === 'fulfilled' ? low : high;
  assert.match(String(refused?.reason), new RegExp(`WRONGSERVER .* 127\\.0\\.0\\.1:${owner}`));
  assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
});

test('SIGTERM ends a server in order: what was acknowledged in memory of the system is on the disk', async (t) => {
  const data = temporaryFolder(t);
  const server = await startRing(t, { data, nodes: 2, arguments: ['--durability', 'interval'] });
  const store = await connect({ ring: server.address });
  const keys = Array.from({ length: 100 }, (_, i) => `${i}:key`);
  await Promise.all(keys.map((key) => store.put(key, key)));
  await store.close();
  server.signal('SIGTERM');
  assert.equal((await server.atoll.end()).exitCode, 0);
  // Without --actors it has as many nodes as its data.
  const again = await startRing(t, { data });
  assert.deepEqual(
    again.ready.nodes.map(({ id }) => id),
    server.ready.nodes.map(({ id }) => id),
  );
  const reader = await connect({ ring: again.address });
  t.after(() => reader.close());
  assert.deepEqual(await reader.getMany(keys), keys);
});

test('a server that is not of the ring, or not with these nodes, ends and says why', async (t) => {
  const data = temporaryFolder(t);
  const server = await startRing(t, { data });
  const stranger = await RingProcess.fail({ coordinator: server.port });
  assert.equal(stranger.exitCode, 1);
  assert.match(
    stranger.stderr,
    /^atoll: the coordinator at .* is not of this ring, which is comp/m,
  );
  const twice = await RingProcess.fail({ data });
  assert.equal(twice.exitCode, 1);
  assert.match(twice.stderr, /is in use by process/);
  await server.kill();
  const more = await RingProcess.fail({ data, nodes: 2 });
  assert.deepEqual([more.exitCode, more.stdout], [2, '']);
  assert.match(more.stderr, /has the data of one node, and --actors is 2/);
  const elsewhere = await RingProcess.fail({ data, virtualIds: [1] });
  assert.equal(elsewhere.exitCode, 2);
  assert.match(elsewhere.stderr, /lies at the virtual ids .* got 1$/m);
});

test('the ready line tells what others need, and the status who is there', async (t) => {
  const server = await startRing(t, { virtualIds: [17] });
  const { ready } = server;
  assert.deepEqual(Object.keys(ready), [
    'event',
    'durability',
    'coordinator',
    'ports',
    'epoch',
    'nodes',
    'adminPort',
  ]);
  assert.deepEqual(ready.nodes[0]?.virtualIds, [17]);
  const admin = `127.0.0.1:${ready.adminPort}`;
  const shown = await runAtoll(['ring', 'status', '--admin', admin]);
  assert.match(shown.stdout, /is ready, up for .*\nRing: epoch 1, 1 node; .* the coordinator\n/);
  assert.match(shown.stdout, new RegExp(`${ready.nodes[0]?.id ?? ''}.* 100\\.0 %`));
  assert.equal((await server.ask('/backup')).status, 404);
  const { exitCode, stderr } = await runAtoll(['ring', 'status', '--admin', '127.0.0.1:1']);
  assert.equal(exitCode, 5);
  assert.match(stderr, /no connection to the admin port/);
});
