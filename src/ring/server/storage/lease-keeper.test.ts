import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ringLimits } from '../../../core/limits.ts';
import { StorageBench } from '../../../../test/support/storage-bench.ts';

test('a write of a key that nobody holds is applied at once', () => {
  const bench = new StorageBench();
  bench.lease('other', bench.client());
  assert.equal(bench.set('k', 'v'), 'ok');
  assert.equal(bench.storage.table.get('k'), 'v');
});

test('a write of a leased key asks its holders, and only them, and waits until the last has answered', () => {
  const bench = new StorageBench();
  const [anna, bert, carl] = [bench.client(), bench.client(), bench.client()];
  bench.set('k', 'old');
  const [ofAnna, ofBert] = [bench.lease('k', anna), bench.lease('k', bert)];
  bench.lease('other', carl);
  assert.equal(bench.set('k', 'new'), 'waits');
  assert.deepEqual(anna.pushes, [['revoke', 'k', ofAnna, 1]]);
  assert.deepEqual(bert.pushes, [['revoke', 'k', ofBert, 1]]);
  assert.deepEqual(carl.pushes, []);
  assert.equal(bench.storage.keeper.revoked('k', ofBert, bert), true);
  assert.equal(bench.storage.table.get('k'), 'old');
  assert.equal(bench.storage.keeper.revoked('k', ofAnna, anna), true);
  assert.equal(bench.storage.table.get('k'), 'new');
  assert.deepEqual(bench.outcomes, [['new', 'ok']]);
});

test('while a write waits its key is read as it was, and no lease of it is granted', () => {
  const bench = new StorageBench();
  const anna = bench.client();
  bench.set('k', 'old');
  const id = bench.lease('k', anna);
  bench.set('k', 'new');
  assert.equal(bench.storage.table.get('k'), 'old');
  assert.equal(bench.lease('k', bench.client()), 0);
  assert.equal(bench.lease('k', anna), 0);
  assert.ok(bench.lease('other', bench.client()) > 0);
  bench.storage.keeper.revoked('k', id, anna);
  assert.ok(bench.lease('k', anna) > id);
});

test('writes that queue are applied together, in order', () => {
  const bench = new StorageBench();
  const anna = bench.client();
  const id = bench.lease('k', anna);
  for (const value of ['1', '2', '3']) assert.equal(bench.set('k', value), 'waits');
  assert.equal(bench.set('other', 'x'), 'ok');
  assert.equal(anna.pushes.length, 1);
  bench.storage.keeper.revoked('k', id, anna);
  assert.deepEqual(
    bench.outcomes.map(([name]) => name),
    ['1', '2', '3'],
  );
  assert.equal(bench.storage.table.get('k'), '3');
});

test('a holder that does not answer delays a write by lease and guard after its grant, and no longer', () => {
  const bench = new StorageBench();
  bench.lease('k', bench.client());
  bench.advance(4_000);
  assert.equal(bench.set('k', 'v'), 'waits');
  assert.equal(bench.storage.keeper.dueMs, 1_000 + 12_000);
  bench.advance(7_999);
  assert.equal(bench.storage.table.get('k'), undefined);
  bench.advance(1);
  assert.equal(bench.storage.table.get('k'), 'v');
  assert.equal(bench.storage.keeper.dueMs, undefined);
});

test('a holder that let a revocation run out gets no lease for a minute', () => {
  const bench = new StorageBench();
  const anna = bench.client();
  bench.lease('k', anna);
  bench.set('k', 'v');
  bench.advance(12_000);
  assert.equal(bench.lease('other', anna), 0);
  assert.ok(bench.lease('other', bench.client()) > 0);
  bench.advance(ringLimits.leasePenaltyMs - 1);
  assert.equal(bench.lease('other', anna), 0);
  bench.advance(1);
  assert.ok(bench.lease('other', anna) > 0);
});

test('a lease that ends by itself is no fault of its holder', () => {
  const bench = new StorageBench();
  const anna = bench.client();
  bench.lease('k', anna);
  bench.advance(12_000);
  assert.ok(bench.lease('k', anna) > 0);
});

test('the lease of whoever writes ends with the write, and it is not asked', () => {
  const bench = new StorageBench();
  const anna = bench.client();
  bench.lease('k', anna);
  assert.equal(bench.set('k', 'v', anna), 'ok');
  assert.deepEqual(anna.pushes, []);
  const bert = bench.client();
  const [ofAnna, ofBert] = [bench.lease('k', anna), bench.lease('k', bert)];
  assert.equal(bench.set('k', 'w', anna), 'waits');
  assert.deepEqual(anna.pushes, []);
  assert.equal(bench.storage.keeper.revoked('k', ofAnna, anna), false);
  bench.storage.keeper.revoked('k', ofBert, bert);
  assert.equal(bench.storage.table.get('k'), 'w');
});

test('a write of the last holder lets the writes go that wait for it, before its own', () => {
  const bench = new StorageBench();
  const anna = bench.client();
  bench.lease('k', anna);
  bench.set('k', 'of bert');
  assert.equal(bench.set('k', 'of anna', anna), 'ok');
  assert.deepEqual(bench.outcomes, [['of bert', 'ok']]);
  assert.equal(bench.storage.table.get('k'), 'of anna');
});

test('the leases of a connection that is over are waited out', () => {
  const bench = new StorageBench();
  const anna = bench.client();
  bench.lease('k', anna);
  anna.close();
  assert.equal(bench.set('k', 'v'), 'waits');
  bench.advance(11_999);
  assert.equal(bench.storage.table.get('k'), undefined);
  bench.advance(1);
  assert.equal(bench.storage.table.get('k'), 'v');
});

test('a write whose connection is over is applied all the same', () => {
  const bench = new StorageBench();
  const [anna, bert] = [bench.client(), bench.client()];
  const id = bench.lease('k', anna);
  bench.set('k', 'v', bert);
  bert.close();
  bench.storage.keeper.revoked('k', id, anna);
  assert.equal(bench.storage.table.get('k'), 'v');
});

test('an answer to another lease, or of another client, ends nothing', () => {
  const bench = new StorageBench();
  const anna = bench.client();
  const first = bench.lease('k', anna);
  const second = bench.lease('k', anna);
  assert.equal(bench.storage.keeper.revoked('k', first, anna), false);
  assert.equal(bench.storage.keeper.revoked('k', second, bench.client()), false);
  assert.equal(bench.storage.keeper.revoked('other', second, anna), false);
  assert.equal(bench.set('k', 'v'), 'waits');
});

test('a renewed lease is waited for as long as a new one', () => {
  const bench = new StorageBench();
  const anna = bench.client();
  bench.lease('k', anna);
  bench.advance(9_000);
  bench.lease('k', anna);
  bench.set('k', 'v');
  bench.advance(11_999);
  assert.equal(bench.storage.table.get('k'), undefined);
  bench.advance(1);
  assert.equal(bench.storage.table.get('k'), 'v');
});

test('who understands no pushes gets no lease', () => {
  const bench = new StorageBench();
  const anna = bench.client();
  anna.protocol = 2;
  assert.equal(bench.lease('k', anna), 0);
});

test('leases of one client and of all are bounded, and a renewal needs no room', () => {
  const bench = new StorageBench({ trial: { leasesPerClientMax: 2, leasesMax: 3 } });
  const [anna, bert] = [bench.client(), bench.client()];
  assert.ok(bench.lease('a', anna) > 0);
  assert.ok(bench.lease('b', anna) > 0);
  assert.equal(bench.lease('c', anna), 0);
  assert.ok(bench.lease('a', anna) > 0);
  assert.ok(bench.lease('a', bert) > 0);
  assert.equal(bench.lease('b', bert), 0);
  bench.advance(12_000);
  assert.ok(bench.lease('b', bert) > 0);
});

test('more writes than may wait are refused, by number and by bytes', () => {
  const bench = new StorageBench({ trial: { writesWaitingMax: 2 } });
  bench.lease('k', bench.client());
  assert.equal(bench.set('k', '1'), 'waits');
  assert.equal(bench.set('k', '2'), 'waits');
  assert.equal((bench.set('k', '3') as { code: string }).code, 'BUSY');
  const small = new StorageBench({ trial: { writesWaitingBytesMax: 100 } });
  small.lease('k', small.client());
  assert.equal((small.set('k', 'x'.repeat(100)) as { code: string }).code, 'BUSY');
  assert.equal(small.set('k', 'x'.repeat(99)), 'waits');
});

test('a failed journal refuses what waits, and grants nothing more', () => {
  const bench = new StorageBench();
  bench.lease('k', bench.client());
  bench.set('k', 'v');
  bench.storage.fail('the disk is full', { isDoubtful: false });
  assert.deepEqual(
    bench.outcomes.map(([, outcome]) => (outcome as { code: string }).code),
    ['MISCONF'],
  );
  assert.equal(bench.storage.table.get('k'), undefined);
  assert.equal(bench.lease('other', bench.client()), 0);
});
