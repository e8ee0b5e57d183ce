import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Sometimes } from './sometimes.ts';

test('a ledger counts in how many runs a state was reached, not how often', () => {
  const all = new Sometimes<'rain' | 'hail' | 'snow'>();
  for (let run = 0; run < 3; run += 1) {
    const one = new Sometimes<'rain' | 'hail' | 'snow'>();
    one.reach('rain');
    one.reach('rain');
    if (run === 0) one.reach('hail');
    all.add(one);
  }
  assert.equal(all.count('rain'), 3);
  assert.equal(all.count('hail'), 1);
  assert.deepEqual(all.missing(['rain', 'snow']), ['snow']);
});
