import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  change,
  dump,
  entry,
  evidence,
  life,
  operation,
  put,
  remove,
} from '../../../../test/support/geo-evidence.ts';
import { checkDurableWrites, checkWinners } from './kept-writes.ts';

describe('the greatest acknowledged write stays (A6)', () => {
  const operations = [operation(1, 2, put('v1')), operation(3, 4, put('v2'))];
  const changes = [
    change(1, 's1/1', 'written', entry('v1', 1)),
    change(3, 's1/1', 'written', entry('v2', 3)),
  ];

  test('or an unacknowledged one above it', () => {
    for (const final of [entry('v2', 3), entry('v3', 5), entry(undefined, 4)]) {
      const finals = [dump('s1/1', [final])];
      assert.deepEqual(checkWinners(evidence({ operations, changes, finals })), []);
    }
  });

  test('and not an earlier one, nor nothing', () => {
    for (const entries of [[entry('v1', 1)], [], [entry(undefined, 2)]]) {
      const finals = [dump('s1/1', [entry('v2', 3)]), dump('s1/2', entries)];
      const violations = checkWinners(evidence({ operations, changes, finals }));
      assert.equal(violations.length, 1);
      assert.match(violations[0]?.text ?? '', /s1\/2 ends up/);
    }
  });

  test('unless it was deleted or has ended, and that is forgotten', () => {
    const finals = [dump('s1/1', [])];
    const buried = [...changes, change(7, 's1/2', 'written', entry(undefined, 7))];
    assert.deepEqual(checkWinners(evidence({ operations, changes: buried, finals })), []);
    for (const [expiryMs, count] of [
      [900, 0],
      [1_001, 1],
    ] as const) {
      const ended = [change(3, 's1/1', 'written', entry('v2', 3, { expiryMs }))];
      const only = operations.slice(1);
      const found = checkWinners(evidence({ operations: only, changes: ended, finals }));
      assert.equal(found.length, count);
    }
  });

  test('also when it is a delete', () => {
    const deletes = [...operations, operation(5, 6, remove())];
    const all = [...changes, change(5, 's1/1', 'written', entry(undefined, 5))];
    const finals = [dump('s1/1', [entry('v2', 3)])];
    const violations = checkWinners(evidence({ operations: deletes, changes: all, finals }));
    assert.equal(violations.length, 1);
  });

  test('and a put that was acknowledged was written by somebody', () => {
    const violations = checkWinners(evidence({ operations: [operation(1, 2, put('v9'))] }));
    assert.match(violations[0]?.text ?? '', /written by no replica/);
  });

  test('in memory only if a server that never ended since had it', () => {
    const lives = [life('s1', 1, 0, 50), life('s1', 2, 60), life('s2', 1, 0)];
    const finals = [dump('s1/1', [], { life: 2 }), dump('s2/1', [])];
    const durability = 'memory';
    const lost = evidence({ operations, changes, finals, lives, durability });
    assert.deepEqual(checkWinners(lost), []);
    const held = [...changes, change(5, 's2/1', 'merged', entry('v2', 3))];
    const kept = evidence({ operations, changes: held, finals, lives, durability });
    assert.equal(checkWinners(kept).length, 2);
  });
});

describe('a server that starts again has what it acknowledged (A7)', () => {
  const lives = [life('s1', 1, 0, 50), life('s1', 2, 60)];
  const operations = [operation(1, 2, put('v1'))];
  const written = change(1, 's1/1', 'written', entry('v1', 1));

  test('or a later write, or none if that was a delete', () => {
    for (const loaded of [entry('v1', 1), entry('v2', 2), entry(undefined, 2)]) {
      const changes = [written, change(60, 's1/1', 'loaded', loaded, { life: 2 })];
      assert.deepEqual(checkDurableWrites(evidence({ operations, changes, lives })), []);
    }
    const changes = [written, change(2, 's1/1', 'written', entry(undefined, 2))];
    assert.deepEqual(checkDurableWrites(evidence({ operations, changes, lives })), []);
  });

  test('and not nothing, nor what was before', () => {
    for (const loaded of [
      [],
      [change(60, 's1/1', 'loaded', entry('v0', 0), { life: 2 })],
      [change(60, 's1/2', 'loaded', entry('v1', 1), { life: 2 })],
    ]) {
      const changes = [written, ...loaded];
      assert.equal(checkDurableWrites(evidence({ operations, changes, lives })).length, 1);
      const memory = evidence({ operations, changes, lives, durability: 'memory' });
      assert.deepEqual(checkDurableWrites(memory), []);
    }
  });

  test('but a delete only if no other server can have taken it', () => {
    const roaming = [operation(1, 4, remove(), { replica: undefined })];
    const changes = [change(2, 's1/1', 'written', entry(undefined, 2))];
    const kept = [change(60, 's1/1', 'loaded', entry('v0', 0), { life: 2 })];
    const found = (more: typeof changes): number => {
      const all = [...changes, ...more, ...kept];
      return checkDurableWrites(evidence({ operations: roaming, changes: all, lives })).length;
    };
    assert.equal(found([]), 1);
    assert.equal(found([change(3, 's2/1', 'written', entry(undefined, 3))]), 0);
  });

  test('and what it let another server see, acknowledged or not', () => {
    const seen = (replica: string) =>
      evidence({ changes: [written, change(2, replica, 'merged', entry('v1', 1))], lives });
    assert.equal(checkDurableWrites(seen('s2/1')).length, 1);
    assert.deepEqual(checkDurableWrites(seen('s1/2')), []);
  });
});
