import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect } from '../../src/ring.ts';
import { AtollProcess, runAtoll } from '../support/atoll.ts';
import { LeaseTaker } from '../support/lease-taker.ts';
import { RingProcess } from '../support/ring-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

// What clients that do not answer can do to those that write.

/** What a machine that is busy may add to a wait. */
const busyMs = 10_000;

test('who takes leases of 100,000 keys and never answers delays writes of these keys by lease and guard, and nothing else', async (t) => {
  const [leaseMs, leaseGuardMs] = [6_000, 1_000];
  const server = await RingProcess.start({ leaseMs, leaseGuardMs });
  t.after(() => server.kill());
  const taker = await LeaseTaker.connect(server.port);
  t.after(() => taker.close());
  const store = await connect({ ring: server.address, timeoutMs: 60_000, leases: 'never' });
  t.after(() => store.close());

  const keys = Array.from({ length: 100_000 }, (_, i) => `key-${i}`);
  const ids = await taker.take(keys);
  const takenMs = performance.now();
  assert.ok(ids.every((id) => id > 0));
  // One more than a client may have.
  assert.deepEqual(await taker.take(['one-more']), [0]);

  let settled = 0;
  const last = keys.slice(-1_000);
  const writes = last.map(async (key) => {
    await store.put(key, 'new');
    settled += 1;
  });
  // A later write of another key, through the same connection, is done before all of them.
  await store.put('other', 'at once');
  assert.equal(settled, 0);
  assert.equal(await store.get(last[0] ?? ''), undefined);
  assert.equal(await server.metric('atoll_ring_waiting_writes{'), 1_000);
  await Promise.all(writes);
  const tookMs = performance.now() - takenMs;
  assert.ok(tookMs < leaseMs + leaseGuardMs + busyMs, `${tookMs} ms`);
  assert.equal(await store.get(last[0] ?? ''), 'new');
  assert.equal(await server.metric('atoll_ring_revocations_missed_total{'), 1_000);
  assert.equal(await server.metric('atoll_ring_write_wait_seconds_count{'), 1_000);
  const waited = 'atoll_ring_write_wait_seconds_bucket{port="PORT",le="10"}';
  assert.equal(await server.metric(waited.replace('PORT', String(server.port))), 1_000);

  // It let revocations run out, so it gets no more leases; others do.
  assert.deepEqual(await taker.take(['yet-another', last[0] ?? '']), [0, 0]);
  const other = await LeaseTaker.connect(server.port);
  t.after(() => other.close());
  assert.ok((await other.take(['yet-another'])).every((id) => id > 0));
});

test('a holder that is stopped delays a write by lease and guard, and shows the new value when it goes on', async (t) => {
  const [leaseMs, leaseGuardMs] = [2_000, 500];
  const server = await RingProcess.start({ leaseMs, leaseGuardMs });
  t.after(() => server.kill());
  const store = await connect({ ring: server.address, timeoutMs: 60_000, leases: 'never' });
  t.after(() => store.close());
  await store.put('held', 'old');
  const holder = new AtollProcess(['ls', 'get', 'held', '--lease', '--ring', server.address]);
  t.after(() => holder.child.kill('SIGKILL'));
  await holder.said('stderr', 'holding the lease');

  holder.child.kill('SIGSTOP');
  const sentMs = performance.now();
  await store.put('held', 'new');
  const tookMs = performance.now() - sentMs;
  assert.ok(tookMs < leaseMs + leaseGuardMs + busyMs, `${tookMs} ms`);
  assert.equal(await server.metric('atoll_ring_revocations_missed_total{'), 1);
  holder.child.kill('SIGCONT');
  await holder.said('stdout', 'new\n');
  assert.match(holder.stdout, /^old\n(revoked\theld\n)?new\n$/);
});

test('a holder that is killed delays a write by lease and guard, and one that answers hardly at all', async (t) => {
  const [leaseMs, leaseGuardMs] = [3_000, 500];
  const server = await RingProcess.start({ leaseMs, leaseGuardMs });
  t.after(() => server.kill());
  const store = await connect({ ring: server.address, timeoutMs: 60_000, leases: 'never' });
  t.after(() => store.close());
  const hold = async (): Promise<AtollProcess> => {
    const holder = new AtollProcess(['ls', 'get', 'held', '--lease', '--ring', server.address]);
    t.after(() => holder.child.kill('SIGKILL'));
    await holder.said('stderr', 'holding the lease');
    return holder;
  };
  await store.put('held', 'old');
  const answers = await hold();
  await store.put('held', 'newer');
  await answers.said('stdout', 'revoked\theld\n');
  assert.equal(await server.metric('atoll_ring_revocations_answered_total{'), 1);
  assert.equal(await server.metric('atoll_ring_revocations_missed_total{'), 0);
  answers.child.kill('SIGINT');
  await answers.end();

  const killed = await hold();
  killed.child.kill('SIGKILL');
  await killed.end();
  await store.put('held', 'newest');
  assert.equal(await server.metric('atoll_ring_revocations_missed_total{'), 1);
});

test('after a kill writes wait until leases of the earlier life are over, and after an end in order they do not', async (t) => {
  const [leaseMs, leaseGuardMs] = [4_000, 1_000];
  const data = temporaryFolder(t);
  const first = await RingProcess.start({ data, leaseMs, leaseGuardMs });
  t.after(() => first.kill());
  const taker = await LeaseTaker.connect(first.port);
  await taker.take(['held']);
  await first.kill();
  const second = await RingProcess.start({ data, leaseMs, leaseGuardMs });
  t.after(() => second.kill());
  assert.ok((await second.metric('atoll_ring_restart_wait_seconds{')) > 0);
  const store = await connect({ ring: second.address, timeoutMs: 60_000, leases: 'never' });
  t.after(() => store.close());
  assert.equal(await store.get('other'), undefined);
  await store.put('other', 'v');
  assert.equal(await second.metric('atoll_ring_restart_wait_seconds{'), 0);
  second.signal('SIGTERM');
  assert.equal((await second.atoll.end()).exitCode, 0);
  const third = await RingProcess.start({ data, leaseMs, leaseGuardMs });
  t.after(() => third.kill());
  assert.equal(await third.metric('atoll_ring_restart_wait_seconds{'), 0);
});

test('atoll ring leases shows who holds what on any node, and which writes wait', async (t) => {
  const server = await RingProcess.start({ nodes: 2, leaseMs: 60_000, leaseGuardMs: 1_000 });
  t.after(() => server.kill());
  const leases = async (...keys: readonly string[]): Promise<string> =>
    (await runAtoll(['ring', 'leases', ...keys, '--ring', server.address])).stdout;
  assert.equal(await leases(), 'Nobody holds a lease, and no write waits\n');
  const store = await connect({ ring: server.address, leases: 'always' });
  t.after(() => store.close());
  const keys = ['1-key', '2-key', '3-key', '4-key'];
  for (const key of keys) await store.get(key);
  const writer = await connect({ ring: server.address, leases: 'never' });
  await writer.put('1-key', 'v');
  await writer.close();
  // It gave back that one.
  const shown = await leases();
  for (const key of keys.slice(1))
    assert.match(shown, new RegExp(`^${key} +127.* 1 +\\d+ s +0`, 'm'));
  assert.doesNotMatch(shown, /1-key/);
  assert.equal((await leases('3-key')).split('\n').length, 3);
});
