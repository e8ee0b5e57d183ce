import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { areAllKnown, Run } from './run.ts';

/** Knows the writes of origin 1 up to 5. */
function isKnown(origin: number, sequence: number): boolean {
  return origin === 1 && sequence <= 5;
}

function runOf(writes: readonly (readonly [place: number, origin: number, at: number])[]): Run {
  const run = new Run({ mayBreakOff: true });
  for (const [place, origin, sequence] of writes) {
    run.add(place);
    run.saw(origin, sequence);
  }
  return run;
}

describe('the records of one source', () => {
  test('leave nothing when all that they told is known', () => {
    const run = runOf([
      [7, 1, 5],
      [8, 1, 3],
    ]);
    assert.equal(run.end(isKnown), undefined);
  });

  test('leave each of their places once when one of their writes is not known', () => {
    const run = runOf([
      [9, 1, 5],
      [7, 2, 1],
      [9, 1, 4],
    ]);
    const loose = run.end(isKnown);
    assert.deepEqual([...(loose?.places ?? [])], [7, 9]);
    assert.equal(areAllKnown(loose?.highest ?? new Map(), isKnown), false);
  });

  test('are told by the highest write of each origin, in whatever order they came', () => {
    const run = runOf([
      [1, 1, 6],
      [2, 2, 9],
      [3, 1, 2],
      [4, 2, 3],
    ]);
    assert.deepEqual(Object.fromEntries(run.end(isKnown)?.highest ?? []), { 1: 6, 2: 9 });
  });

  test('begin anew after their end', () => {
    const run = runOf([[7, 2, 1]]);
    run.end(isKnown);
    assert.equal(run.end(isKnown), undefined);
    run.add(8);
    run.saw(2, 2);
    assert.deepEqual([...(run.end(isKnown)?.places ?? [])], [8]);
  });

  test('are not remembered of a source that cannot be lost', () => {
    const run = new Run();
    run.add(7);
    run.saw(2, 1);
    assert.equal(run.end(isKnown), undefined);
  });
});
