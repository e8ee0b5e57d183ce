import assert from 'node:assert/strict';
import { test } from 'node:test';

import { DurationHistogram } from './duration-histogram.ts';

test('each duration is counted once, in the first class whose bound it does not exceed', () => {
  const histogram = new DurationHistogram([1, 10]);
  for (const ms of [0, 1, 1.5, 10, 10.5, 70_000]) histogram.add(ms);
  assert.deepEqual(histogram.report(), { counts: [2, 2, 2], sumMs: 70_023 });
});
