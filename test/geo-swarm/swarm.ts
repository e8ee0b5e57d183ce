import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rareStates, type RareState } from '../../src/sim/geo/sometimes.ts';
import { describeBroken, describeSometimes, runSeeds, seedsFrom } from './seeds.ts';

/** `ATOLL_SEEDS=20000` looks longer. */
const seedCount = Number(process.env['ATOLL_SEEDS'] ?? 2_000);

/** States that are too rare for these seeds, or need what the servers cannot do yet. */
const tooRare: readonly RareState[] = ['a server crashed while it started'];

/** Tests every `step`th seed from `first` on: files that share the seeds run beside each other. */
export function testSeeds(first: number, step: number): void {
  test('whatever the storm was, every promise of the geo store is kept', async (t) => {
    const seeds = seedsFrom(first, Math.ceil(seedCount / step), step);
    const report = await runSeeds(seeds);
    t.diagnostic(`${report.seeds} seeds, ${report.operations} operations, ${report.events} events`);
    t.diagnostic(`\n${describeSometimes(report.sometimes)}`);
    const broken = report.broken.slice(0, 3).map((each) => describeBroken(each));
    assert.equal(report.broken.length, 0, broken.join('\n'));
    if (report.seeds < 500) return;
    const required = rareStates.filter((state) => !tooRare.includes(state));
    const missed = report.sometimes.missing(required);
    assert.deepEqual(missed, [], 'these seeds never came to what they are for');
  });
}
