import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChunkPool } from './chunk-pool.ts';

const clock = { wallMs: (): number => 0, monotonicMs: (): number => 5 };

test('a chunk that is given back is used again, empty', () => {
  const pool = new ChunkPool(clock);
  const chunk = pool.take(10);
  chunk.end = 100;
  chunk.messages = 7;
  pool.give(chunk);
  const again = pool.take(10);
  assert.equal(again, chunk);
  assert.deepEqual([again.end, again.messages, again.frames, again.bornMs], [0, 0, 0, 5]);
});

test('one for a frame beyond the usual size is made for it, and not kept', () => {
  const pool = new ChunkPool(clock);
  const usual = pool.take(10).bytes.length;
  const large = pool.take(5_000_000);
  assert.equal(large.bytes.length, 5_000_000);
  pool.give(large);
  assert.equal(pool.take(10).bytes.length, usual);
});

test('a burst is not kept for ever', () => {
  const pool = new ChunkPool(clock);
  const burst = Array.from({ length: 100 }, () => pool.take(10));
  for (const chunk of burst) pool.give(chunk);
  const again = Array.from({ length: 100 }, () => pool.take(10));
  assert.equal(again.filter((chunk) => burst.includes(chunk)).length, 16);
});
