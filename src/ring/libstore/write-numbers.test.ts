import assert from 'node:assert/strict';
import { test } from 'node:test';

import { WriteNumbers } from './write-numbers.ts';

test('the floor is the first write that somebody waits for', () => {
  const numbers = new WriteNumbers();
  assert.equal(numbers.floor, 1);
  assert.deepEqual([numbers.take(), numbers.take(), numbers.take()], [1, 2, 3]);
  numbers.finish(2);
  assert.equal(numbers.floor, 1);
  numbers.finish(1);
  assert.equal(numbers.floor, 3);
  numbers.finish(3);
  assert.equal(numbers.floor, 4);
  assert.equal(numbers.take(), 4);
});
