import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect } from '../../src/ring.ts';
import { runAtoll, type AtollOutcome } from '../support/atoll.ts';
import { RingProcess } from '../support/ring-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

// Servers of a ring that go away and come back.

test('a coordinator that is killed takes its own keys with it and no others, and comes back with them', async (t) => {
  const [data, otherData] = [temporaryFolder(t), temporaryFolder(t)];
  const [coordinator, other] = await RingProcess.startAll([{ data }, { data: otherData }]);
  assert.ok(other !== undefined);
  t.after(() => Promise.all([coordinator.kill(), other.kill()]));
  const store = await connect({ ring: other.address });
  t.after(() => store.close());
  const keys = Array.from({ length: 100 }, (_, i) => `${i}-key`);
  await Promise.all(keys.map((key) => store.put(key, 'first')));
  await coordinator.kill();

  const outcomes = await Promise.allSettled(
    keys.map((key) => store.put(key, 'second', { timeoutMs: 1_000 })),
  );
  const failed = keys.filter((_, i) => outcomes[i]?.status === 'rejected');
  assert.ok(failed.length > 0 && failed.length < keys.length, `${failed.length} failed`);
  // The other server starts again without the coordinator: it has its view.
  await other.kill();
  const again = await other.restart();
  t.after(() => again.kill());
  assert.deepEqual(again.ready.nodes, other.ready.nodes);

  const back = await coordinator.restart();
  t.after(() => back.kill());
  assert.deepEqual(back.ready.nodes, coordinator.ready.nodes);
  const values = await store.getMany(keys);
  for (const [i, key] of keys.entries()) {
    // What failed may have been done or not; it was never told that it was.
    if (failed.includes(key)) assert.match(String(values[i]), /^(first|second)$/);
    else assert.equal(values[i], 'second', key);
  }
});

test('a coordinator that keeps nothing learns the ring anew from the others', async (t) => {
  const [coordinator, other] = await RingProcess.startAll([
    { virtualIds: [2 ** 31] },
    { virtualIds: [2 ** 32 - 1] },
  ]);
  assert.ok(other !== undefined);
  t.after(() => Promise.all([coordinator.kill(), other.kill()]));
  await coordinator.kill();
  const back = await coordinator.restart();
  t.after(() => back.kill());
  assert.ok(back.ready.epoch > coordinator.ready.epoch);
  assert.deepEqual(placesOf(back), placesOf(coordinator));
});

/** Who is where on the ring, in words. */
function placesOf({ ready }: RingProcess): readonly string[] {
  return ready.nodes.map(({ at, virtualIds }) => `${at}: ${virtualIds.join()}`).toSorted();
}

test('with --walk the next node stands in for one that is dead, and what it was given stays behind', async (t) => {
  const data = temporaryFolder(t);
  // Everything below the first place is the owner's.
  const [coordinator, owner] = await RingProcess.startAll([
    { virtualIds: [2 ** 32 - 1] },
    { virtualIds: [2 ** 32 - 2], data },
  ]);
  assert.ok(owner !== undefined);
  t.after(() => Promise.all([coordinator.kill(), owner.kill()]));
  const ring = coordinator.address;
  const ls = (...words: readonly string[]): Promise<AtollOutcome> =>
    runAtoll(['ls', ...words, '--ring', ring]);
  assert.equal((await ls('put', 'k', 'of the owner')).exitCode, 0);
  await owner.kill();

  const refused = await ls('get', 'k', '--timeout', '1s');
  assert.notEqual(refused.exitCode, 0);
  assert.equal(refused.stdout, '');
  assert.equal((await ls('get', 'k', '--walk')).exitCode, 3);
  assert.equal((await ls('put', 'k', 'of the stand-in', '--walk')).exitCode, 0);
  assert.equal((await ls('get', 'k', '--walk')).stdout, 'of the stand-in\n');

  const back = await owner.restart();
  t.after(() => back.kill());
  assert.equal((await ls('get', 'k', '--walk')).stdout, 'of the owner\n');
  assert.equal((await ls('get', 'k')).stdout, 'of the owner\n');
});

test('a server that lost its data comes back empty, with its virtual ids, and waits for leases of its earlier life', async (t) => {
  const [lost, empty] = [temporaryFolder(t), temporaryFolder(t)];
  const [coordinator, other] = await RingProcess.startAll([
    { virtualIds: [2 ** 32 - 1] },
    { virtualIds: [2 ** 32 - 2], data: lost },
  ]);
  assert.ok(other !== undefined);
  t.after(() => Promise.all([coordinator.kill(), other.kill()]));
  await other.kill();
  const stranger = await RingProcess.fail({ ...other.options, data: empty, virtualIds: [7] });
  assert.match(stranger.stderr, /is not of this ring/);
  const back = await other.restart({ data: temporaryFolder(t) });
  t.after(() => back.kill());
  assert.deepEqual(placesOf(back), placesOf(other));
  assert.equal(back.ready.epoch, other.ready.epoch + 1);
  assert.ok((await back.metric('atoll_ring_restart_wait_seconds{')) > 0);
});
