import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { change, entry, evidence, life } from '../../../../test/support/geo-evidence.ts';
import { checkBuried, checkKeyOrder } from './key-order.ts';

describe('a key only goes on (A8)', () => {
  test('through later writes, ends, and tombstones that are forgotten and come again', () => {
    const changes = [
      change(1, 's1/1', 'written', entry('v1', 1)),
      change(2, 's1/1', 'merged', entry(undefined, 2, { origin: 's1/2' })),
      change(3, 's1/1', 'forgotten', entry(undefined, 2, { origin: 's1/2' })),
      change(4, 's1/1', 'merged', entry(undefined, 1, { origin: 's1/2' })),
      change(5, 's1/1', 'written', entry('v2', 5)),
    ];
    assert.deepEqual(checkKeyOrder(evidence({ changes })), []);
  });

  test('and not back to a value before, whatever came in between', () => {
    const buried = change(2, 's1/1', 'written', entry(undefined, 2));
    for (const between of [[], [change(3, 's1/1', 'forgotten', entry(undefined, 2))]]) {
      const changes = [buried, ...between, change(4, 's1/1', 'merged', entry('v1', 1))];
      assert.equal(checkKeyOrder(evidence({ changes })).length, 1);
    }
  });

  test('and back to what a server took before it had met anybody, once nobody has the tombstone', () => {
    const lives = [life('s1', 1, 0), { ...life('s2', 1, 0), joinedMs: 4 }];
    const old = entry('v1', 1, { origin: 's2/1' });
    const [buried, forgotten, merged] = [
      change(2, 's1/1', 'written', entry(undefined, 2)),
      change(3, 's1/1', 'forgotten', entry(undefined, 2)),
      change(5, 's1/1', 'merged', old),
    ];
    const newcomer = change(3, 's2/1', 'written', old);
    const ofMember = change(4, 's2/1', 'written', old);
    const excused = { lives, changes: [buried, newcomer, forgotten, merged] };
    assert.deepEqual(checkKeyOrder(evidence(excused)), []);
    assert.deepEqual(checkBuried(evidence(excused)), []);
    for (const changes of [
      [buried, newcomer, merged],
      [buried, forgotten, ofMember, merged],
    ]) {
      assert.equal(checkKeyOrder(evidence({ lives, changes })).length, 1);
    }
  });

  test('and not to an older tombstone while there is a later value', () => {
    const changes = [
      change(2, 's1/1', 'written', entry('v1', 2)),
      change(3, 's1/1', 'merged', entry(undefined, 1, { origin: 's1/2' })),
    ];
    assert.equal(checkKeyOrder(evidence({ changes })).length, 1);
  });
});

describe('what was buried and forgotten stays away (A8)', () => {
  const forgotten = [
    change(1, 's1/1', 'written', entry('v1', 1)),
    change(2, 's1/2', 'merged', entry(undefined, 2)),
    change(5, 's1/2', 'forgotten', entry(undefined, 2)),
  ];

  test('when only later writes follow', () => {
    const changes = [...forgotten, change(6, 's1/1', 'merged', entry('v2', 6))];
    assert.deepEqual(checkBuried(evidence({ changes })), []);
  });

  test('and not when another replica takes or loads the value again', () => {
    for (const how of ['merged', 'loaded'] as const) {
      const changes = [...forgotten, change(6, 's2/1', how, entry('v1', 1), { life: 2 })];
      assert.equal(checkBuried(evidence({ changes })).length, 1);
      // A power cut may take what was confirmed.
      assert.deepEqual(checkBuried(evidence({ changes, durability: 'interval' })), []);
    }
  });

  test('when a server that lost its memory writes anew with a lower stamp', () => {
    const anew = entry('v2', 1, { origin: 's1/1 again' });
    const changes = [
      ...forgotten,
      change(6, 's1/1', 'written', anew, { life: 2 }),
      change(7, 's1/2', 'merged', anew, { life: 2 }),
    ];
    assert.deepEqual(checkBuried(evidence({ changes, durability: 'memory' })), []);
  });
});
