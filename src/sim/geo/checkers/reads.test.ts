import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  change,
  entry,
  evidence,
  get,
  life,
  operation,
  put,
} from '../../../../test/support/geo-evidence.ts';
import type { KeyAndValue } from '../history.ts';
import { checkReadsShowReplica, checkReadsWereWritten, checkSessions } from './reads.ts';

describe('what was read was put there (A10)', () => {
  const written = operation(1, 2, put('v1'));

  test('also by a put that nobody answered', () => {
    const unknown = operation(1, Infinity, put('v1'), { outcome: 'unknown' });
    for (const first of [written, unknown]) {
      const operations = [first, operation(2, 3, get('v1'))];
      assert.deepEqual(checkReadsWereWritten(evidence({ operations })), []);
    }
  });

  test('and not by nobody, to another key, later, or by a put that failed', () => {
    const read = operation(2, 3, get('v1'));
    const elsewhere = { kind: 'put', key: 'other', value: 'v1', ttlMs: undefined } as const;
    for (const operations of [
      [read],
      [operation(1, 2, elsewhere), read],
      [read, operation(4, 5, put('v1'))],
      [operation(1, 2, put('v1'), { outcome: 'failed' }), read],
    ]) {
      assert.equal(checkReadsWereWritten(evidence({ operations })).length, 1);
    }
  });
});

describe('a read shows what its replica had then', () => {
  const changes = [
    change(10, 's1/1', 'written', entry('v1', 10)),
    change(20, 's1/1', 'written', entry('v2', 20, { expiryMs: 30 })),
    change(40, 's1/1', 'written', entry(undefined, 40)),
  ];
  const isRight = (startMs: number, endMs: number, value: string | undefined): boolean => {
    const operations = [operation(startMs, endMs, get(value))];
    return checkReadsShowReplica(evidence({ operations, changes })).length === 0;
  };

  test('at any moment between question and answer', () => {
    assert.ok(isRight(1, 5, undefined));
    assert.ok(isRight(12, 15, 'v1'));
    assert.ok(isRight(12, 25, 'v1'));
    assert.ok(isRight(12, 25, 'v2'));
    assert.ok(isRight(45, 50, undefined));
    assert.ok(!isRight(1, 5, 'v1'));
    assert.ok(!isRight(25, 26, 'v1'));
    assert.ok(!isRight(12, 15, undefined));
    assert.ok(!isRight(45, 50, 'v2'));
  });

  test('or nothing if its time is over', () => {
    assert.ok(!isRight(21, 29, undefined));
    assert.ok(isRight(21, 30, undefined));
  });

  test('of the life that answered', () => {
    const lives = [life('s1', 1, 0, 100), life('s1', 2, 110)];
    const operations = [operation(120, 121, get('v1'))];
    const late = [change(10, 's1/1', 'written', entry('v1', 10))];
    assert.equal(checkReadsShowReplica(evidence({ operations, changes: late, lives })).length, 1);
    const loaded = [...late, change(110, 's1/1', 'loaded', entry('v1', 10), { life: 2 })];
    const kept = evidence({ operations, changes: loaded, lives });
    assert.deepEqual(checkReadsShowReplica(kept), []);
  });

  test('and a list has every key of its prefix, in order, and no other', () => {
    const both = [
      change(1, 's1/1', 'written', entry('v1', 1, { key: 'a/1' })),
      change(2, 's1/1', 'written', entry('v2', 2, { key: 'a/2' })),
      change(3, 's1/1', 'written', entry('v3', 3, { key: 'b/1' })),
    ];
    const count = (pairs: readonly KeyAndValue[]): number => {
      const operations = [operation(5, 6, { kind: 'list', prefix: 'a/', pairs })];
      return checkReadsShowReplica(evidence({ operations, changes: both })).length;
    };
    const right: KeyAndValue[] = [
      ['a/1', 'v1'],
      ['a/2', 'v2'],
    ];
    assert.equal(count(right), 0);
    assert.equal(count(right.toReversed()), 1);
    assert.equal(count(right.slice(1)), 1);
    assert.equal(count([...right, ['b/1', 'v3']]), 1);
    assert.equal(
      count([
        ['a/1', 'v1'],
        ['a/2', 'v0'],
      ]),
      1,
    );
  });
});

describe('a session', () => {
  const changes = [
    change(1, 's1/1', 'written', entry('v1', 1)),
    change(2, 's1/1', 'written', entry('v2', 2)),
  ];
  const earlier = operation(20, 21, get('v1'));

  test('does not go back behind what it read or put', () => {
    for (const action of [get('v2'), put('v2')]) {
      const operations = [operation(10, 11, action), earlier];
      assert.equal(checkSessions(evidence({ operations, changes })).length, 1);
      assert.deepEqual(
        checkSessions(evidence({ operations: operations.toReversed(), changes })),
        [],
      );
    }
  });

  test('may see either of two that were under way together, another client, another life', () => {
    const lives = [life('s1', 1, 0, 15), life('s1', 2, 16)];
    for (const { first, lives: known } of [
      { first: operation(10, 20, get('v2')), lives: [life('s1', 1, 0)] },
      { first: operation(10, 11, get('v2'), { client: 'c2' }), lives: [life('s1', 1, 0)] },
      { first: operation(10, 11, get('v2')), lives },
    ]) {
      const operations = [first, earlier];
      assert.deepEqual(checkSessions(evidence({ operations, changes, lives: known })), []);
    }
  });
});
