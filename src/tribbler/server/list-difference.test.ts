import assert from 'node:assert/strict';
import { test } from 'node:test';

import { differenceOf } from './list-difference.ts';

test('what was appended and what was removed is told', () => {
  const difference = differenceOf(['a', 'b', 'c'], ['a', 'c', 'd'], 100);
  assert.deepEqual(difference, { added: ['d'], removed: ['b'] });
});

test('what goes out of sight is not removed', () => {
  assert.deepEqual(differenceOf(['a', 'b', 'c'], ['b', 'c', 'd'], 3), {
    added: ['d'],
    removed: [],
  });
});

test('what comes into sight is not added', () => {
  assert.deepEqual(differenceOf(['b', 'c', 'd'], ['a', 'b', 'd'], 3), {
    added: [],
    removed: ['c'],
  });
});

test('a list that became empty lost all, one that was empty gained all', () => {
  assert.deepEqual(differenceOf(['a', 'b'], [], 3), { added: [], removed: ['a', 'b'] });
  assert.deepEqual(differenceOf([], ['a', 'b'], 3), { added: ['a', 'b'], removed: [] });
});

test('when everything in sight is new, nothing is known to be removed', () => {
  assert.deepEqual(differenceOf(['a', 'b'], ['c', 'd'], 2), { added: ['c', 'd'], removed: [] });
});
