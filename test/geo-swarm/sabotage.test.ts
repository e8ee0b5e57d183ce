import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GeoRun } from '../../src/sim/geo/geo-run.ts';
import { sabotages, saboteur, type Sabotage } from './saboteur.ts';

/** How many seeds it takes until the promise is seen to be broken; undefined: more than 30. */
async function seedsToFind(sabotage: Sabotage, invariant: string): Promise<number | undefined> {
  for (let seed = 1; seed <= 30; seed += 1) {
    const run = new GeoRun({ seed, boot: saboteur(sabotage) });
    const violations = await run.run();
    if (violations.some((violation) => violation.invariant === invariant)) return seed;
  }
  return undefined;
}

for (const [name, invariant] of Object.entries(sabotages) as [Sabotage, string][]) {
  test(`a server that ${name} is found out, and for that (${invariant})`, async (t) => {
    const seeds = await seedsToFind(name, invariant);
    assert.notEqual(seeds, undefined);
    t.diagnostic(`seed ${seeds}`);
  });
}
