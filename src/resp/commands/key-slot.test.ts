import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keySlot } from './key-slot.ts';

function slotOf(key: string): number {
  // The key stands among other bytes.
  const bytes = Buffer.from(`{${key}}`);
  return keySlot(bytes, 1, bytes.length - 1);
}

test('the slot of a key is its CRC-16', () => {
  assert.equal(slotOf('123456789'), 0x31c3);
  assert.equal(slotOf('foo'), 12_182);
  assert.equal(slotOf('bar'), 5_061);
  assert.equal(slotOf(''), 0);
});

test('what stands in braces decides, if it is not empty', () => {
  assert.equal(slotOf('{user1000}.following'), slotOf('user1000'));
  assert.equal(slotOf('foo{bar}{zap}'), slotOf('bar'));
  assert.equal(slotOf('foo{{bar}}zap'), slotOf('{bar'));
  assert.notEqual(slotOf('foo{}{bar}'), slotOf('bar'));
  assert.notEqual(slotOf('foo{bar'), slotOf('bar'));
});
