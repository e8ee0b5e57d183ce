import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from 'fast-check';

import { geoLimits } from '../../../core/limits.ts';
import { SendTimes } from './send-times.ts';

const { syncPeriodMs, syncIntervalMs } = geoLimits;
const step = fc.double({ min: 0, max: syncPeriodMs, noNaN: true });
const begin = fc.double({ min: 0, max: 1e6, noNaN: true });
/** How much later than it is due a message leaves: the thread is busy. */
const lateness = fc.double({ min: 0, max: 40, noNaN: true });

describe('messages to a peer', () => {
  test('leave at once before the first, and after a tenth of a second', () => {
    const times = new SendTimes();
    assert.equal(times.soonestMs(undefined), Number.NEGATIVE_INFINITY);
    assert.equal(times.soonestMs(50), Number.NEGATIVE_INFINITY);
    times.add(1_000);
    assert.equal(times.soonestMs(undefined), 1_000 + syncIntervalMs);
  });

  test('are at most ten in any second, in step or not, however late some are', () => {
    const steps = fc.array(fc.option(step, { nil: undefined }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(begin, steps, fc.array(lateness, { maxLength: 60 }), (firstMs, each, lates) => {
        const times = new SendTimes();
        const sent = [firstMs];
        times.add(firstMs);
        for (const [index, lateMs] of lates.entries()) {
          const nowMs = times.soonestMs(each[index % each.length]) + lateMs;
          times.add(nowMs);
          sent.push(nowMs);
        }
        for (const [index, atMs] of sent.entries()) {
          const later = sent[index + 10] ?? Infinity;
          assert.ok(later - atMs > 1_000, `eleven in ${later - atMs} ms`);
        }
      }),
    );
  });

  test('come into step, whenever they begin, and stay there', () => {
    fc.assert(
      fc.property(begin, step, (firstMs, stepMs) => {
        const times = new SendTimes();
        times.add(firstMs);
        const sends = Math.ceil(syncPeriodMs / (syncPeriodMs - syncIntervalMs));
        for (let count = 0; count < sends; count += 1) times.add(times.soonestMs(stepMs));
        const offMs = (times.lastMs - stepMs) % syncPeriodMs;
        assert.ok(Math.min(offMs, syncPeriodMs - offMs) < 1e-6, `${offMs} ms out of step`);
      }),
    );
  });

  test('are in step again after one that was late', () => {
    const times = new SendTimes();
    for (let period = 0; period < 20; period += 1) times.add(times.soonestMs(0) || 0);
    const inStepMs = times.soonestMs(0);
    times.add(inStepMs + 25);
    assert.equal(times.soonestMs(0), inStepMs + syncPeriodMs);
  });
});
