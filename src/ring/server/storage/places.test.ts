import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Places } from './places.ts';

test('a place that was released is taken again, and what was outside is forgotten', () => {
  const places = new Places<string>();
  const first = places.take(10, 'first');
  const second = places.take(20, undefined);
  places.release(first);
  assert.equal(places.block(first), 0);
  assert.equal(places.outside(first), undefined);
  assert.equal(places.take(30, undefined), first);
  places.move(second, 40);
  assert.deepEqual([places.block(first), places.block(second), places.end], [30, 40, 2]);
  assert.throws(() => {
    places.release(first);
    places.release(first);
  }, /released once/);
});
