import assert from 'node:assert/strict';
import { test } from 'node:test';

import { FollowIndex } from './follow-index.ts';

test('those who follow a user are found, and users that nobody follows are forgotten', () => {
  const index = new FollowIndex<string>();
  const none = new Set<string>();
  const both = new Set(['ada', 'bob']);
  index.move('one', none, both);
  index.move('two', none, new Set(['bob']));
  assert.deepEqual([...index.listenersOf('bob')], ['one', 'two']);
  index.move('one', both, new Set(['ada', 'cy']));
  assert.deepEqual([...index.listenersOf('bob')], ['two']);
  assert.deepEqual(index.users, ['ada', 'bob', 'cy']);
  index.move('one', new Set(['ada', 'cy']), none);
  assert.deepEqual(index.users, ['bob']);
  assert.equal(index.has('ada'), false);
  assert.deepEqual([...index.listenersOf('ada')], []);
});
