import assert from 'node:assert/strict';
import { test } from 'node:test';

import { latenessBoundsMs, LatenessHistogram } from './lateness-histogram.ts';

test('each lateness is counted once, in the first class whose bound it does not exceed', () => {
  const histogram = new LatenessHistogram();
  const all = [0, 5, 6, 60_000, 60_001, -20];
  for (const ms of all) histogram.add(3, ms);
  const [report] = histogram.report();
  assert.ok(report !== undefined);
  assert.equal(report.counts.length, latenessBoundsMs.length + 1);
  assert.equal(report.counts[0], 3, 'a clock that is behind counts as no time at all');
  assert.equal(report.counts[1], 1);
  assert.deepEqual(report.counts.slice(-2), [1, 1]);
  assert.equal(
    report.counts.reduce((sum, count) => sum + count, 0),
    all.length,
  );
  assert.equal(report.sumMs, 120_012);
});

test('origins are counted apart, also in turns', () => {
  const histogram = new LatenessHistogram();
  for (const origin of [1, 2, 1, 2, 1]) histogram.add(origin, origin);
  assert.deepEqual(
    histogram.report().map(({ origin, sumMs }) => [origin, sumMs]),
    [
      [1, 3],
      [2, 4],
    ],
  );
});
