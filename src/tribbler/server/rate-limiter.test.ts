import assert from 'node:assert/strict';
import { test } from 'node:test';

import { RateLimiter } from './rate-limiter.ts';

test('so many at once, then one in so long; what is given back is not counted; names do not meet', () => {
  let nowMs = 1_000;
  const clock = { wallMs: (): number => nowMs, monotonicMs: (): number => nowMs };
  const limiter = new RateLimiter({ burst: 3, everyMs: 100 }, clock);
  assert.deepEqual(
    [1, 2, 3].map(() => limiter.take('a')),
    [0, 0, 0],
  );
  assert.equal(limiter.take('a'), 100);
  assert.equal(limiter.take('b'), 0);
  nowMs += 100;
  assert.equal(limiter.take('a'), 0);
  assert.equal(limiter.take('a'), 100);
  limiter.giveBack('a');
  assert.equal(limiter.take('a'), 0);
  nowMs += 10_000;
  assert.deepEqual(
    [1, 2, 3].map(() => limiter.take('a')),
    [0, 0, 0],
  );
  assert.equal(limiter.take('a'), 100);
});
