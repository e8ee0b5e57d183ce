import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Circles } from './circles.ts';

test('a circle is the same array as long as it has the same users', () => {
  const circles = new Circles();
  const first = circles.find('ada', ['bob', 'cy']);
  assert.deepEqual(first, ['bob', 'cy']);
  assert.ok(Object.isFrozen(first));
  assert.equal(circles.find('ada', ['bob', 'cy']), first);
  assert.deepEqual(circles.find('ada', ['bob']), ['bob']);
  assert.deepEqual(circles.find('ada', ['bob', 'dan']), ['bob', 'dan']);
});

test('who is in a circle besides is in it once', () => {
  const circles = new Circles();
  assert.deepEqual(circles.find('ada', ['bob'], 'ada'), ['bob', 'ada']);
  assert.deepEqual(circles.find('ada', ['ada', 'bob'], 'ada'), ['ada', 'bob']);
});

test('a circle is not changed by whoever changes the list that it was made of', () => {
  const circles = new Circles();
  const list = ['bob'];
  const users = circles.find('ada', list);
  list.push('cy');
  assert.deepEqual(users, ['bob']);
});

test('the circle that was made first is forgotten when there are too many', () => {
  const circles = new Circles(2);
  const [one, two] = [circles.find('1', ['x']), circles.find('2', ['x'])];
  circles.find('3', ['x']);
  assert.equal(circles.find('2', ['x']), two);
  assert.notEqual(circles.find('1', ['x']), one);
});
