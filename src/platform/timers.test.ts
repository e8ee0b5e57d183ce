import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PlatformTimers } from './timers.ts';

test('a timer of 60 days is called after 60 days and not before', (context) => {
  const dayMs = 86_400_000;
  let nowMs = 0;
  context.mock.method(performance, 'now', () => nowMs);
  // A clock of our own: node's mock of setTimeout does not know its longest delay.
  const waits: { ms: number; callback: () => void }[] = [];
  context.mock.method(globalThis, 'setTimeout', (callback: () => void, ms: number) => {
    waits.push({ ms, callback });
  });
  let calls = 0;
  new PlatformTimers().setTimer(60 * dayMs, () => calls++);
  for (let wait = waits.shift(); wait !== undefined; wait = waits.shift()) {
    assert.equal(calls, 0);
    assert.ok(wait.ms < 2 ** 31, 'a longer one would fire at once');
    nowMs += wait.ms;
    wait.callback();
  }
  assert.equal(calls, 1);
  assert.equal(nowMs, 60 * dayMs);
});

test('a timeout that node fires early is waited out', (context) => {
  let nowMs = 0;
  context.mock.method(performance, 'now', () => nowMs);
  const callbacks: (() => void)[] = [];
  context.mock.method(globalThis, 'setTimeout', (callback: () => void) => {
    callbacks.push(callback);
  });
  let calls = 0;
  new PlatformTimers().setTimer(10, () => calls++);
  nowMs = 9.4;
  callbacks.shift()?.();
  assert.equal(calls, 0);
  nowMs = 10.4;
  callbacks.shift()?.();
  assert.equal(calls, 1);
});
