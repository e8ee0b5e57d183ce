import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  askedOperations,
  granted,
  nodeEvent,
  ringEvidence,
  type Asked,
} from '../../../../test/support/ring-evidence.ts';
import {
  checkBounds,
  checkCopies,
  checkDelays,
  checkGrantsWhileWaiting,
  checkRevocations,
  checkThreshold,
} from './leases.ts';

test('a copy of before that could be used at a change is told', () => {
  const stale = { atMs: 5, client: 'c1', key: 'k', copy: '=a', content: '=b', node: 's1/1' };
  const [violation] = checkCopies(ringEvidence({ staleCopies: [stale] }));
  assert.equal(violation?.invariant, 'B2');
  assert.deepEqual(checkCopies(ringEvidence({})), []);
});

test('a lease that is granted while a write waits is told', () => {
  const fine = nodeEvent(1, 'k', granted('c1'));
  const wrong = nodeEvent(2, 'k', { ...granted('c1'), wasWaiting: true });
  assert.deepEqual(checkGrantsWhileWaiting(ringEvidence({ events: [fine] })), []);
  assert.equal(checkGrantsWhileWaiting(ringEvidence({ events: [fine, wrong] })).length, 1);
});

test('a write may wait for a lease, its guard and a second', () => {
  const settled = (atMs: number) =>
    nodeEvent(atMs, 'k', { kind: 'settled', sinceMs: 1_000, writes: 1 });
  assert.deepEqual(checkDelays(ringEvidence({ events: [settled(13_900)] })), []);
  assert.equal(checkDelays(ringEvidence({ events: [settled(14_100)] })).length, 1);
  const pauses = [{ host: 's1', fromMs: 9_000, toMs: 12_000 }];
  assert.deepEqual(checkDelays(ringEvidence({ events: [settled(14_100)], pauses })), []);
  const others = [{ host: 's2', fromMs: 9_000, toMs: 12_000 }];
  assert.equal(checkDelays(ringEvidence({ events: [settled(14_100)], pauses: others })).length, 1);
});

test('a write that waits for nobody is told', () => {
  const waits = (because: 'holders' | 'nothing') =>
    nodeEvent(1, 'k', { kind: 'waits', because, request: undefined });
  assert.deepEqual(checkDelays(ringEvidence({ events: [waits('holders')] })), []);
  assert.equal(checkDelays(ringEvidence({ events: [waits('nothing')] })).length, 1);
});

test('more leases than there may be are told', () => {
  const bounds = { leasesMax: 3, leasesPerClientMax: 2 };
  const withLeases = (leases: number, leasesOfClient: number) =>
    checkBounds(
      ringEvidence({
        events: [nodeEvent(1, 'k', { ...granted('c1'), leases, leasesOfClient })],
        bounds,
      }),
    );
  assert.equal(withLeases(3, 2).length, 0);
  assert.equal(withLeases(4, 1).length, 1);
  assert.equal(withLeases(3, 3).length, 1);
});

test('a lease of a key that was not read often is told, of clients that should wait for that', () => {
  const get = (startMs: number, endMs: number): Asked => [
    'c1',
    'k',
    { kind: 'get', value: undefined },
    startMs,
    endMs,
  ];
  const before = [get(0, 1), get(10, 11), get(20, 21)];
  const events = [nodeEvent(32, 'k', granted('c1'))];
  const normalClients = new Set(['c1']);
  const check = (...operations: readonly Asked[]) =>
    checkThreshold(
      ringEvidence({ operations: askedOperations(...operations), events, normalClients }),
    );
  assert.deepEqual(check(...before, get(30, 35)), []);
  assert.equal(check(...before.slice(1), get(30, 35)).length, 1);
  const operations = askedOperations(get(30, 35));
  assert.deepEqual(checkThreshold(ringEvidence({ operations, events })), []);
});

test('a revocation that comes to who never had the lease is told', () => {
  const events = [nodeEvent(1, 'k', granted('c1'))];
  const heard = (client: string) => [{ atMs: 2, client, key: 'k' }];
  assert.deepEqual(checkRevocations(ringEvidence({ events, heard: heard('c1') })), []);
  assert.equal(checkRevocations(ringEvidence({ events, heard: heard('c2') })).length, 1);
});
