import assert from 'node:assert/strict';
import { test } from 'node:test';

import { QueryCounter } from './query-counter.ts';

// Tribbler §4.4: no lease on the first queries, one if there were as many as the threshold before.
test('a key is hot from the query on that follows the threshold', () => {
  const counter = new QueryCounter({ threshold: 3, windowMs: 10_000 });
  const asked = [0, 100, 200, 300, 400].map((nowMs) => counter.query('k', nowMs));
  assert.deepEqual(asked, [false, false, false, true, true]);
});

test('queries that are a window old do not count', () => {
  const counter = new QueryCounter({ threshold: 3, windowMs: 10_000 });
  const asked = [0, 9_000, 9_500, 10_000, 10_001].map((nowMs) => counter.query('k', nowMs));
  assert.deepEqual(asked, [false, false, false, false, true]);
});

test('keys are counted apart', () => {
  const counter = new QueryCounter({ threshold: 1, windowMs: 10_000 });
  assert.equal(counter.query('a', 0), false);
  assert.equal(counter.query('b', 0), false);
  assert.equal(counter.query('a', 0), true);
});

test('beyond the bound the key that was not looked at for longest is forgotten', () => {
  const counter = new QueryCounter({ threshold: 1, windowMs: 10_000 }, 2);
  for (const key of ['a', 'b', 'a', 'c']) counter.query(key, 0);
  assert.equal(counter.size, 2);
  assert.equal(counter.query('a', 1), true);
  assert.equal(counter.query('b', 1), false);
});
