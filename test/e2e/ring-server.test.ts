import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { Redis } from 'ioredis';
import type { RingStatus } from '../../src/cli/ring/ring-status.ts';
import { connect } from '../../src/ring.ts';
import { runAtoll } from '../support/atoll.ts';
import { findPorts } from '../support/free-ports.ts';
import { launchRing, RingProcess, type RingProcessOptions } from '../support/ring-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';

// `atoll ring` as people run it: processes and signals. What clients of Redis can do with a node is in `ring-clients.test.ts`.

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
  const keys = Array.from({ length: 200 }, (_, i) => `${i}-user:head`);
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
