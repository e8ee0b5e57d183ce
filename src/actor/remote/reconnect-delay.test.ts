import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReconnectDelay } from './reconnect-delay.ts';

function delay(fraction: number): ReconnectDelay {
  const random = { fraction: (): number => fraction, bytes: (): Uint8Array => new Uint8Array(0) };
  return new ReconnectDelay(random, { firstMs: 50, lastMs: 500 });
}

function take(delays: ReconnectDelay, count: number): number[] {
  return Array.from({ length: count }, () => delays.take());
}

test('delays double up to their bound, and chance halves them at most', () => {
  assert.deepEqual(take(delay(0), 6), [25, 50, 100, 200, 250, 250]);
  assert.deepEqual(take(delay(1), 6), [50, 100, 200, 400, 500, 500]);
});

test('after a good link they begin anew', () => {
  const delays = delay(1);
  take(delays, 4);
  delays.reset();
  assert.deepEqual(take(delays, 2), [50, 100]);
});
