import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { Alarm } from './alarm.ts';

/** An alarm whose timers are written down: after how long they ring, and whether they were cancelled. */
function newAlarm(): { alarm: Alarm; timers: { delayMs: number; isCancelled: boolean }[] } {
  const timers: { delayMs: number; isCancelled: boolean }[] = [];
  const alarm = new Alarm((delayMs) => {
    const timer = { delayMs, isCancelled: false };
    timers.push(timer);
    return { cancel: () => (timer.isCancelled = true) };
  });
  return { alarm, timers };
}

describe('an alarm', () => {
  test('is moved forward, never back', () => {
    const { alarm, timers } = newAlarm();
    alarm.setFor(1_000, 100);
    alarm.setFor(2_000, 200);
    alarm.setFor(500, 300);
    assert.deepEqual(timers, [
      { delayMs: 900, isCancelled: true },
      { delayMs: 200, isCancelled: false },
    ]);
  });

  test('that has rung can be set for any time', () => {
    const { alarm, timers } = newAlarm();
    alarm.setFor(1_000, 0);
    alarm.rang();
    alarm.setFor(5_000, 1_000);
    assert.deepEqual(timers[1], { delayMs: 4_000, isCancelled: false });
  });

  test('for what is overdue rings at once, and for what never comes not at all', () => {
    const { alarm, timers } = newAlarm();
    alarm.setFor(Infinity, 100);
    assert.equal(timers.length, 0);
    alarm.setFor(-Infinity, 100);
    assert.equal(timers[0]?.delayMs, 0);
  });
});
