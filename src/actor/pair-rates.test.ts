import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { PairRates } from './pair-rates.ts';

const here = '127.0.0.1:7000#boot1.1';

describe('the highest rate of a pair', () => {
  // CMUD §5.1: no more than 10 messages a second, in any window and not in windows that begin with a second.
  test('is found in a window that spans the turn of a second', () => {
    const rates = new PairRates(100);
    for (let count = 0; count < 10; count += 1) rates.count(1, here, 2, 900);
    for (let count = 0; count < 10; count += 1) rates.count(1, here, 2, 1_100);
    assert.equal(rates.max, 20);
  });

  test('leaves out what is a second old', () => {
    const rates = new PairRates(100);
    for (let count = 0; count < 50; count += 1) rates.count(1, here, 2, count * 100);
    assert.equal(rates.max, 10);
  });

  test('is that of one ordered pair, not of a sender, a receiver or both directions', () => {
    const rates = new PairRates(100);
    rates.count(1, here, 2, 0);
    rates.count(2, here, 1, 0);
    rates.count(1, here, 3, 0);
    rates.count(3, here, 2, 0);
    rates.count(1, '127.0.0.1:7001#boot2.1', 2, 0);
    assert.equal(rates.max, 1);
  });

  test('agrees with counting every window of every pair', () => {
    const step = fc.record({ sender: fc.nat(3), receiver: fc.nat(3), waitMs: fc.nat(400) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const rates = new PairRates(100);
        const told: { pair: string; atMs: number }[] = [];
        let nowMs = 0;
        for (const { sender, receiver, waitMs } of steps) {
          nowMs += waitMs;
          rates.count(sender, here, receiver, nowMs);
          told.push({ pair: `${sender}>${receiver}`, atMs: nowMs });
        }
        const countUpTo = (end: { pair: string; atMs: number }): number =>
          told.filter(
            (one) => one.pair === end.pair && one.atMs <= end.atMs && one.atMs > end.atMs - 1_000,
          ).length;
        assert.equal(rates.max, Math.max(0, ...told.map(countUpTo)));
      }),
    );
  });

  test('needs bounded memory however many pairs there are, and still sees a fast one', () => {
    for (const msForEach of [1, 0]) {
      const rates = new PairRates(1_000);
      for (let receiver = 0; receiver < 100_000; receiver += 1) {
        rates.count(1, here, receiver, receiver * msForEach);
        assert.ok(rates.pairCount <= 1_000);
      }
      for (let count = 0; count < 7; count += 1) rates.count(5, here, 6, 100_000 + count);
      assert.equal(rates.max, 7);
    }
  });

  test('forgets silent pairs to make room, and none that is not silent', () => {
    const rates = new PairRates(100);
    for (let receiver = 0; receiver < 60; receiver += 1) rates.count(1, here, receiver, 0);
    for (let receiver = 60; receiver < 100; receiver += 1) rates.count(1, here, receiver, 1_500);
    rates.count(2, here, 1, 2_000);
    assert.equal(rates.pairCount, 41);
    for (let count = 0; count < 4; count += 1) rates.count(1, here, 99, 2_000);
    assert.equal(rates.max, 5);
    for (let count = 0; count < 9; count += 1) rates.count(1, here, 0, 2_000);
    assert.equal(rates.max, 9, 'a forgotten pair begins anew');
  });

  test('forgets the pairs of an actor that ended, and them only', () => {
    const rates = new PairRates(100);
    for (let count = 0; count < 3; count += 1) {
      rates.count(1, here, 3, 0);
      rates.count(2, here, 3, 0);
    }
    rates.forget(1);
    rates.forget(1);
    assert.equal(rates.pairCount, 1);
    rates.count(1, here, 3, 0);
    assert.equal(rates.max, 3);
    rates.count(2, here, 3, 0);
    assert.equal(rates.max, 4);
  });

  test('tells systems apart also when the same counters take turns', () => {
    const rates = new PairRates(100);
    for (let count = 0; count < 5; count += 1) {
      rates.count(1, here, 2, 0);
      rates.count(1, '127.0.0.1:7001#boot2.1', 2, 0);
    }
    assert.equal(rates.max, 5);
  });
});
