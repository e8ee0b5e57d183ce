import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { change, entry, evidence, operation, put } from '../../../../test/support/geo-evidence.ts';
import type { ReplicaChange } from '../evidence.ts';
import { checkIncreasingStamps, checkSkew, checkUniqueStamps } from './stamps.ts';

describe('stamps are unique (A1)', () => {
  test('when a write is merged, ends and is loaded as what it is', () => {
    const write = entry('v1', 5, { expiryMs: 9 });
    const changes = [
      change(5, 's1/1', 'written', write),
      change(6, 's1/2', 'merged', write),
      change(9, 's1/2', 'ended', { ...write, value: undefined, expiryMs: 0 }),
      change(20, 's1/1', 'loaded', write, { life: 2 }),
    ];
    assert.deepEqual(checkUniqueStamps(evidence({ changes })), []);
  });

  test('and not when two writes have the same one', () => {
    for (const other of ['v2', undefined]) {
      const changes = [
        change(5, 's1/1', 'written', entry('v1', 5)),
        change(9, 's1/1', 'written', entry(other, 5), { life: 2 }),
      ];
      assert.equal(checkUniqueStamps(evidence({ changes })).length, 1);
    }
  });

  test('and not when another replica took other contents for it', () => {
    const write = entry('v1', 5);
    for (const other of [{ value: 'v2' }, { key: 'other' }, { sequence: 6 }]) {
      const changes = [
        change(5, 's1/1', 'written', write),
        change(6, 's1/2', 'merged', { ...write, ...other }),
      ];
      assert.equal(checkUniqueStamps(evidence({ changes })).length, 1);
    }
  });
});

describe('stamps increase (A2)', () => {
  const other = { origin: 's1/2' };

  test('when a replica writes above all that it wrote, merged and loaded', () => {
    const changes = [
      change(1, 's1/1', 'loaded', entry('v1', 3, other)),
      change(5, 's1/1', 'written', { ...entry('v2', 5), sequence: 1 }),
      change(6, 's1/1', 'merged', entry('v3', 4, other)),
      change(7, 's1/1', 'written', { ...entry('v4', 7), sequence: 2 }),
    ];
    assert.deepEqual(checkIncreasingStamps(evidence({ changes })), []);
  });

  test('and not when it writes below what it merged', () => {
    const changes = [
      change(6, 's1/1', 'merged', entry('v1', 9, other)),
      change(7, 's1/1', 'written', entry('v2', 7)),
    ];
    assert.equal(checkIncreasingStamps(evidence({ changes })).length, 1);
  });

  test('and not when a sequence number is left out or comes twice', () => {
    for (const sequence of [1, 3]) {
      const changes = [
        change(5, 's1/1', 'written', { ...entry('v2', 5), sequence: 1 }),
        change(7, 's1/1', 'written', { ...entry('v4', 7), sequence }),
      ];
      assert.equal(checkIncreasingStamps(evidence({ changes })).length, 1);
    }
  });

  test('in each life anew, but for what was to outlive it', () => {
    const changes = [
      change(8, 's1/1', 'written', { ...entry('v1', 8), sequence: 1 }),
      change(9, 's1/1', 'written', { ...entry('v2', 7), sequence: 1 }, { life: 2 }),
    ];
    const operations = [operation(7, 8, put('v1'))];
    assert.equal(checkIncreasingStamps(evidence({ changes, operations })).length, 1);
    assert.deepEqual(checkIncreasingStamps(evidence({ changes })), []);
    const memory = evidence({ changes, operations, durability: 'memory' });
    assert.deepEqual(checkIncreasingStamps(memory), []);
  });
});

describe('a stamp ahead of the clock', () => {
  const write = (wallMs: number): ReplicaChange =>
    change(50, 's2/1', 'written', entry('v1', wallMs, { origin: 's2/1' }));
  const taken = (wallMs: number, replica = 's1/2'): ReplicaChange =>
    change(100, replica, 'merged', entry('v1', wallMs, { origin: 's2/1' }));

  test('may be taken up to a minute, and must be refused beyond', () => {
    assert.deepEqual(checkSkew(evidence({ changes: [write(60_100), taken(60_100)] })), []);
    const changes = [write(60_101), taken(60_101)];
    assert.equal(checkSkew(evidence({ changes })).length, 1);
  });

  test('may be taken from the same clock, and while the clock agreed', () => {
    const changes = [write(60_101), taken(60_101, 's2/2')];
    assert.deepEqual(checkSkew(evidence({ changes })), []);
    const late = { changes: [write(60_101), taken(60_101)] };
    const step = { server: 's1', atMs: 70, byMs: -1 };
    assert.deepEqual(checkSkew(evidence({ ...late, clockSteps: [step] })), []);
    for (const other of [{ server: 's2' }, { atMs: 49 }, { byMs: 1 }]) {
      const clockSteps = [{ ...step, ...other }];
      assert.equal(checkSkew(evidence({ ...late, clockSteps })).length, 1);
    }
  });
});
