import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LargeItems } from './large-items.ts';

test('an item is what was kept until it is released; its number is the next one’s then', () => {
  const items = new LargeItems();
  const bytes = new DataView(Uint8Array.from([120, 121, 255]).buffer);
  const first = items.take(1, bytes, 0, 2);
  const second = items.take(2, bytes, 1, 3);
  assert.deepEqual(items.get(second), { text: 'y\u00ff', hash: 2 });
  items.release(first);
  assert.throws(() => items.get(first));
  assert.throws(() => items.release(first));
  assert.equal(items.take(3, bytes, 0, 3), first);
  assert.equal(items.get(first).text, 'xy\u00ff');
});
