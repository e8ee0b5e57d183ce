import assert from 'node:assert/strict';
import { test } from 'node:test';
import { relativeTime } from './relative-time.ts';

const nowMs = Date.UTC(2026, 10, 26, 12, 0, 0);
const minuteMs = 60_000;

test('how long ago is said in the largest unit that fits', () => {
  const said = [0, 59_999, minuteMs, 59 * minuteMs, 60 * minuteMs, 25 * 60 * minuteMs].map(
    (agoMs) => relativeTime(nowMs - agoMs, nowMs),
  );
  assert.deepEqual(said, ['now', 'now', '1 min', '59 min', '1 h', '1 d']);
});

test('after a week it is the date, and the year if it is another', () => {
  assert.equal(relativeTime(Date.UTC(2026, 10, 12, 12), nowMs), '12 Nov');
  assert.equal(relativeTime(Date.UTC(2024, 10, 12, 12), nowMs), '12 Nov 2024');
});

test('a clock that is behind the server does not speak of the future', () => {
  assert.equal(relativeTime(nowMs + 30_000, nowMs), 'now');
});
