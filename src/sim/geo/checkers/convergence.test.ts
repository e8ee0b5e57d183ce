import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { change, dump, entry, evidence } from '../../../../test/support/geo-evidence.ts';
import {
  areEqual,
  checkDivergences,
  checkEqualReplicas,
  checkRates,
  checkVisibility,
} from './convergence.ts';

describe('replicas are equal in the end (A5)', () => {
  const first = dump('s1/1', [entry('v1', 1), entry('v2', 2, { key: 'l' })]);

  test('whatever tombstones they still have, and whether they noticed what has ended', () => {
    const ended = entry('v3', 3, { key: 'm', expiryMs: 1_000 });
    const other = dump('s1/2', [...first.entries, ended, entry(undefined, 4, { key: 'n' })]);
    assert.deepEqual(checkEqualReplicas(evidence({ finals: [first, other] })), []);
    assert.ok(areEqual([first, other]));
  });

  test('and not with a key more or less, or the same value of another write', () => {
    for (const entries of [
      first.entries.slice(1),
      [...first.entries, entry('v3', 3, { key: 'm', expiryMs: 1_001 })],
      [entry('v1', 9), ...first.entries.slice(1)],
      [entry('v1', 1, { expiryMs: 2_000 }), ...first.entries.slice(1)],
    ]) {
      const finals = [first, dump('s2/1', entries)];
      assert.equal(checkEqualReplicas(evidence({ finals })).length, 1);
      assert.ok(!areEqual(finals));
    }
  });
});

describe('without faults a write is seen in time (A12)', () => {
  const finals = [dump('s1/1', []), dump('s1/2', []), dump('s2/1', [])];
  const count = (localMs: number, remoteMs: number, isCalm = true): number => {
    const write = entry('v1', 100);
    const changes = [
      change(100, 's1/1', 'written', write),
      change(100 + localMs, 's1/2', 'merged', write),
      change(100 + remoteMs, 's2/1', 'merged', entry('v2', 101, { origin: 's2/1' })),
    ];
    return checkVisibility(evidence({ changes, finals, isCalm })).length;
  };

  test('after 500 ms on its server and 2,000 ms elsewhere, itself or a later one', () => {
    assert.equal(count(500, 2_000), 0);
    assert.equal(count(501, 2_000), 1);
    assert.equal(count(500, 2_001), 1);
    assert.equal(count(Infinity, Infinity), 2);
  });

  test('and with faults when it can', () => {
    assert.equal(count(5_000, 5_000, false), 0);
  });
});

const reading = {
  server: 's1',
  atMs: 5,
  pairRateMax: 0,
  stampsRefused: 0,
  sessions: 1,
  divergences: 0,
};

test('a divergence is a mistake, also when it is mended', () => {
  assert.deepEqual(checkDivergences(evidence({ readings: [reading] })), []);
  const later = { ...reading, divergences: 2 };
  assert.equal(checkDivergences(evidence({ readings: [reading, later, later] })).length, 1);
});

test('ten messages in a second are allowed from one actor to another, and not eleven (A11)', () => {
  const readings = [{ ...reading, pairRateMax: 10 }];
  assert.deepEqual(checkRates(evidence({ readings })), []);
  readings.push({ ...reading, pairRateMax: 11 });
  assert.equal(checkRates(evidence({ readings })).length, 1);
});
