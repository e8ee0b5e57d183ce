import assert from 'node:assert/strict';
import { test } from 'node:test';

import { problems } from './problems.ts';
import { earnsPromotion, rankFromAwards } from './promotion.ts';
import { rankAbove, ranks } from './ranks.ts';

test('the rank is the highest award, whatever else is held or missing', () => {
  assert.equal(rankFromAwards([]), 'undergraduate');
  assert.equal(rankFromAwards(['phd']), 'phd');
  assert.equal(rankFromAwards(['retired', 'masters']), 'retired');
  assert.equal(rankFromAwards(['masters', 'phd', 'postdoc']), 'postdoc');
});

test('exactly 5 % is enough for every problem, a step less is not', () => {
  for (const problem of problems) {
    const steps = problem.size / 20;
    assert.ok(earnsPromotion(problem, { steps, hits: 1, lastMs: 0 }));
    assert.ok(!earnsPromotion(problem, { steps: steps - 1, hits: 2, lastMs: 0 }));
    assert.ok(earnsPromotion(problem, { steps: 3, hits: 3, lastMs: 0 }));
  }
});

test('there are six ranks and five problems, and the ladder has no gaps', () => {
  assert.deepEqual(
    problems.map(({ size }) => size),
    [100, 1_000, 10_000, 500_000, 10_000_000],
  );
  const climbed = problems.map(({ rank }) => rankAbove(rank)?.id);
  assert.deepEqual(
    climbed,
    ranks.slice(1).map(({ id }) => id),
  );
  assert.equal(rankAbove('retired'), undefined);
});
