import assert from 'node:assert/strict';
import { test } from 'node:test';

import { KeyOrder } from './key-order.ts';

test('keys that clocks have put out of order are ordered; those in order are the same array', () => {
  const order = new KeyOrder();
  const [crooked, straight] = [
    ['post_3', 'post_1', 'post_2'],
    ['post_1', 'post_2'],
  ];
  for (let time = 0; time < 2; time += 1) {
    assert.deepEqual(order.order(crooked), ['post_1', 'post_2', 'post_3']);
    assert.equal(order.order(straight), straight);
  }
  assert.deepEqual(crooked, ['post_3', 'post_1', 'post_2']);
});
