import assert from 'node:assert/strict';
import { test } from 'node:test';

import { forgetOldest } from './forget-oldest.ts';

test('what was added first is forgotten beyond the bound, and nothing within it', () => {
  const names = new Set<string>();
  for (const name of ['a', 'b', 'c', 'd']) {
    names.add(name);
    forgetOldest(names, 3);
  }
  assert.deepEqual([...names], ['b', 'c', 'd']);
  const values = new Map([['a', 1]]);
  forgetOldest(values, 1);
  assert.equal(values.size, 1);
  forgetOldest(values, 0);
  assert.equal(values.size, 0);
});
