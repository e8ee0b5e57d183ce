import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from 'fast-check';

import { geoLimits } from '../../../core/limits.ts';
import { inStep, stepBehind } from './step.ts';

const { syncPeriodMs, syncIntervalMs, syncInStepMs, syncStepMs } = geoLimits;
const time = fc.double({ min: -1e6, max: 1e9, noNaN: true });
const step = fc.double({ min: 0, max: syncPeriodMs, noNaN: true });

describe('what is told all the time', () => {
  test('never leaves before it may, nor much later', () => {
    fc.assert(
      fc.property(time, step, (soonestMs, stepMs) => {
        const dueMs = inStep(soonestMs, stepMs);
        assert.ok(dueMs >= soonestMs && dueMs <= soonestMs + syncInStepMs);
      }),
    );
  });

  test('comes into step, whenever it begins, and stays there', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e6, noNaN: true }), step, (firstMs, stepMs) => {
        let sentMs = firstMs;
        const sends = Math.ceil(syncPeriodMs / (syncPeriodMs - syncIntervalMs));
        for (let count = 0; count < sends; count += 1) {
          sentMs = inStep(sentMs + syncIntervalMs, stepMs);
        }
        for (let count = 0; count < 3; count += 1) {
          const nextMs = inStep(sentMs + syncIntervalMs, stepMs);
          assert.ok(Math.abs(nextMs - sentMs - syncPeriodMs) < 1e-6, `${nextMs - sentMs} ms`);
          sentMs = nextMs;
        }
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
