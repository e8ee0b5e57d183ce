import assert from 'node:assert/strict';
import { test } from 'node:test';

import { PostLists } from './post-lists.ts';

test('keys that clocks have put out of order are ordered; those in order are the same array', () => {
  const lists = new PostLists();
  const [crooked, straight] = [
    ['post_3', 'post_1', 'post_2'],
    ['post_1', 'post_2'],
  ];
  assert.deepEqual(lists.listOf('ada', crooked).keys, ['post_1', 'post_2', 'post_3']);
  assert.equal(lists.listOf('bob', straight).keys, straight);
  assert.deepEqual(crooked, ['post_3', 'post_1', 'post_2']);
});

test('the same array is the same list', () => {
  const lists = new PostLists();
  const keys = ['post_1', 'post_2'];
  assert.equal(lists.listOf('ada', keys), lists.listOf('ada', keys));
  assert.notEqual(lists.listOf('ada', [...keys]), lists.listOf('ada', keys));
});
