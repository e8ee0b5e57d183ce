import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Simulation } from '../../sim/simulation.ts';
import { Tally } from './tally.ts';

function tally(simulation: Simulation): { tally: Tally; reports: number[] } {
  const reports: number[] = [];
  const { timers } = simulation.node('s1').outside;
  const report = (count: number): number => reports.push(count);
  return { tally: new Tally({ timers, intervalMs: 10_000, report }), reports };
}

test('the first is reported at once, the others in sums, and each once', async () => {
  const simulation = new Simulation({ seed: 1 });
  const { tally: drops, reports } = tally(simulation);
  drops.add(1);
  drops.add(2);
  await simulation.advance(1);
  assert.deepEqual(reports, [3]);
  for (let count = 0; count < 1_000; count += 1) drops.add(1);
  await simulation.advance(9_000);
  assert.deepEqual(reports, [3]);
  await simulation.advance(2_000);
  assert.deepEqual(reports, [3, 1_000]);
  assert.equal(drops.total, 1_003);
});

test('after a quiet interval the next is the first again', async () => {
  const simulation = new Simulation({ seed: 1 });
  const { tally: drops, reports } = tally(simulation);
  drops.add(1);
  await simulation.advance(30_000);
  drops.add(5);
  await simulation.advance(1);
  assert.deepEqual(reports, [1, 5]);
});

test('what is not reported yet is reported at the end, and nothing runs on', async () => {
  const simulation = new Simulation({ seed: 1 });
  const { tally: drops, reports } = tally(simulation);
  drops.add(1);
  await simulation.advance(1);
  drops.add(2);
  drops.close();
  drops.close();
  await simulation.runUntilIdle();
  assert.deepEqual(reports, [1, 2]);
});
