import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plantedBugs } from '../../src/geo/server/planted-bugs.ts';
import { describeBroken, runSeeds, seedsFrom } from './seeds.ts';

/** Within so many seeds a mistake is found, or storms prove nothing. */
const seedsMax = 200;

for (const bug of plantedBugs) {
  test(`servers that make the mistake "${bug}" are found out within ${seedsMax} seeds`, async (t) => {
    const options = { bugs: new Set([bug]), isFirstEnough: true };
    const report = await runSeeds(seedsFrom(1, seedsMax), options);
    const [broken] = report.broken;
    assert.ok(broken !== undefined, 'every promise was kept');
    t.diagnostic(describeBroken(broken));
  });
}
