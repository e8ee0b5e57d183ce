import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareStamps, counterMax, isStampTime, type Stamp } from './stamp.ts';

function stamp(wallMs: number, counter: number, origin: string): Stamp {
  return { wallMs, counter, origin };
}

test('stamps are ordered by wall time, then counter, then origin', () => {
  const ascending = [
    stamp(1, 0, 'b'),
    stamp(1, 1, 'a'),
    stamp(1, 1, 'b'),
    stamp(1, counterMax, 'a'),
    stamp(2, 0, 'a'),
    stamp(2 ** 53 - 1, 0, ''),
  ];
  for (const [i, a] of ascending.entries()) {
    for (const [j, b] of ascending.entries()) {
      assert.equal(Math.sign(compareStamps(a, b)), Math.sign(i - j));
    }
  }
});

test('numbers that cannot be a stamp are told', () => {
  for (const wallMs of [-1, 0.5, Number.NaN, 2 ** 53, Infinity]) {
    assert.equal(isStampTime(wallMs, 0), false, `wall ${wallMs}`);
  }
  for (const counter of [-1, 0.5, Number.NaN, counterMax + 1]) {
    assert.equal(isStampTime(0, counter), false, `counter ${counter}`);
  }
  assert.equal(isStampTime(2 ** 53 - 1, counterMax), true);
});
