import assert from 'node:assert/strict';
import { test } from 'node:test';

import { LoadProgress } from './load-progress.ts';

test('progress goes on, and not back, when the next file begins', () => {
  const told: [number, number][] = [];
  const progress = new LoadProgress(500, (done, total) => void told.push([done, total]));
  for (const at of [100, 200, 50, 200, 150]) void progress.onRead(at);
  assert.deepEqual(told, [
    [100, 500],
    [200, 500],
    [250, 500],
    [400, 500],
    [550, 550],
  ]);
});
