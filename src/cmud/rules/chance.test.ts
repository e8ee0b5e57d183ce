import assert from 'node:assert/strict';
import { test } from 'node:test';

import { chooseBroken, findCoins, lossOf, tryOutcome, waitMs } from './chance.ts';
import { noHardware } from './hardware.ts';

/** Evenly spread over 0 … 1: what a fair random source gives in the long run, without its noise. */
function evenly(count: number): number[] {
  return Array.from({ length: count }, (_, index) => (index + 0.5) / count);
}

test('a wait is 0 to 4 seconds', () => {
  assert.equal(waitMs(0), 0);
  assert.ok(waitMs(1 - Number.EPSILON) < 4_000);
  const mean = evenly(1_000).reduce((sum, draw) => sum + waitMs(draw), 0) / 1_000;
  assert.equal(Math.round(mean), 2_000);
});

test('9 digs in 10 succeed and give 1 to the power, evenly', () => {
  const power = 8;
  const amounts = new Map<number, number>();
  for (const luck of evenly(100)) {
    for (const amount of evenly(80)) {
      const coins = findCoins(power, luck, amount);
      amounts.set(coins, (amounts.get(coins) ?? 0) + 1);
    }
  }
  assert.equal(amounts.get(0), 800, 'one in ten finds nothing');
  for (let coins = 1; coins <= power; coins++) assert.equal(amounts.get(coins), 900);
  assert.equal(amounts.size, power + 1);
});

test('of 20 tries 3 break something, 16 hit, 1 does nothing', () => {
  const counts = { break: 0, hit: 0, nothing: 0 };
  for (const luck of evenly(2_000)) counts[tryOutcome(luck)]++;
  assert.deepEqual(counts, { break: 300, hit: 1_600, nothing: 100 });
});

test('each type that is owned breaks as often as the others, and no other does', () => {
  const owned = { ...noHardware, cpu: 1_000, gpu: 1, asic: 5 };
  const broken = { cpu: 0, gpu: 0, asic: 0, quantum: 0, dark_matter: 0 };
  for (const draw of evenly(300)) {
    const type = chooseBroken(owned, draw);
    if (type !== undefined) broken[type]++;
  }
  assert.deepEqual(broken, { cpu: 100, gpu: 100, asic: 100, quantum: 0, dark_matter: 0 });
  assert.equal(chooseBroken(noHardware, 0.5), undefined);
});

test('what breaks falls to a quarter', () => {
  for (const [before, after] of [
    [1, 0],
    [3, 0],
    [4, 1],
    [7, 1],
    [8, 2],
    [100, 25],
  ] as const) {
    assert.equal(before - lossOf(before), after);
  }
});
