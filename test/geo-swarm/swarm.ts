import assert from 'node:assert/strict';
import { test } from 'node:test';
import { abilities } from '../../src/sim/geo/boot-geo-server.ts';
import { reachableStates } from '../../src/sim/geo/sometimes.ts';
import { describeBroken, describeSometimes, runSeeds, seedsFrom } from '../swarm/seeds.ts';
import { geoStore } from './geo-store.ts';

/** `ATOLL_SEEDS=20000` looks longer. */
const seedCount = Number(process.env['ATOLL_SEEDS'] ?? 2_000);

/** Tests every `step`th seed from `first` on: files that share the seeds run beside each other. */
export function testSeeds(first: number, step: number): void {
  test('whatever the storm was, every promise of the geo store is kept', async (t) => {
    const seeds = seedsFrom(first, Math.ceil(seedCount / step), step);
    const report = await runSeeds(geoStore, seeds);
    t.diagnostic(`${report.seeds} seeds, ${report.operations} operations, ${report.events} events`);
    t.diagnostic(`\n${describeSometimes(geoStore, report.sometimes)}`);
    const broken = report.broken.slice(0, 3).map((each) => describeBroken(geoStore, each));
    assert.equal(report.broken.length, 0, broken.join('\n'));
    if (report.seeds < 500) return;
    const missed = report.sometimes.missing(reachableStates(abilities));
    assert.deepEqual(missed, [], 'these seeds never came to what they are for');
  });
}
