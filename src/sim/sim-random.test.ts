import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SimRandom } from './sim-random.ts';

const draws = (random: SimRandom): number[] => Array.from({ length: 20 }, () => random.bits());

test('the same seed draws the same, another seed something else', () => {
  assert.deepEqual(draws(new SimRandom(5)), draws(new SimRandom(5)));
  assert.notDeepEqual(draws(new SimRandom(5)), draws(new SimRandom(6)));
});

test('a child depends on its name and not on what was drawn before', () => {
  const parent = new SimRandom(5);
  const first = draws(parent.child('disk'));
  parent.bits();
  assert.deepEqual(draws(parent.child('disk')), first);
  assert.notDeepEqual(draws(parent.child('clock')), first);
  assert.notDeepEqual(draws(new SimRandom(6).child('disk')), first);
});

test('a chance of 0 never happens, of 1 always', () => {
  const random = new SimRandom(1);
  for (let draw = 0; draw < 100; draw++) {
    assert.equal(random.chance(0), false);
    assert.equal(random.chance(1), true);
  }
});
