import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from 'fast-check';

import { geoLimits } from '../../../core/limits.ts';
import { inStep, stepBehind } from './step.ts';

const { syncPeriodMs, syncInStepMs, syncStepMs } = geoLimits;
const time = fc.double({ min: -1e6, max: 1e9, noNaN: true });
const step = fc.double({ min: 0, max: syncPeriodMs, noNaN: true });

describe('what is told all the time', () => {
  test('leaves no earlier than it may, and not much later than it would', () => {
    fc.assert(
      fc.property(time, step, fc.integer({ min: 0, max: 60 }), (allowedMs, stepMs, waitMs) => {
        const soonestMs = allowedMs + waitMs;
        const dueMs = inStep(allowedMs, { stepMs, soonestMs });
        assert.ok(dueMs >= allowedMs && dueMs <= soonestMs + syncInStepMs);
      }),
    );
  });
});

describe('what comes from others', () => {
  test('is passed on shortly after it comes', () => {
    const nowMs = 1_000 * syncPeriodMs;
    assert.equal(stepBehind([nowMs + 7 - syncPeriodMs], nowMs), 7 + syncStepMs);
  });

  test('from several is passed on behind the one after whom nothing comes for longest', () => {
    const nowMs = 1_000 * syncPeriodMs;
    const heardMs = [30, 50, 99].map((stepMs) => nowMs + stepMs - syncPeriodMs);
    assert.equal(stepBehind(heardMs, nowMs), 50 + syncStepMs);
  });

  test('long ago has no step', () => {
    const nowMs = 1_000 * syncPeriodMs;
    const longAgoMs = nowMs - 5 * syncPeriodMs;
    assert.equal(stepBehind([longAgoMs + 60, nowMs + 5 - syncPeriodMs], nowMs), 5 + syncStepMs);
    assert.equal(stepBehind([], nowMs), syncStepMs);
  });
});
