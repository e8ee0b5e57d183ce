import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plantedBugs, type PlantedBug } from '../../src/geo/server/planted-bugs.ts';
import { describeBroken, runSeeds, seedsFrom } from '../swarm/seeds.ts';
import { geoStore } from './geo-store.ts';

/** Within so many seeds a mistake is found, or storms prove nothing. */
const seedsMax = 200;
/** These take a disk that stands still, somebody who believes what is not on it, and a power cut, in this order. */
const rareBugs: ReadonlySet<PlantedBug> = new Set([
  'confirms before durable',
  'sends before durable',
]);

for (const bug of plantedBugs) {
  const skip = rareBugs.has(bug) ? 'it takes more seeds than a test has time for' : false;
  test(
    `servers that make the mistake "${bug}" are found out within ${seedsMax} seeds`,
    { skip },
    async (t) => {
      const options = { bugs: new Set([bug]), isFirstEnough: true };
      const report = await runSeeds(geoStore, seedsFrom(1, seedsMax), options);
      const [broken] = report.broken;
      assert.ok(broken !== undefined, 'every promise was kept');
      t.diagnostic(describeBroken(geoStore, broken));
    },
  );
}
