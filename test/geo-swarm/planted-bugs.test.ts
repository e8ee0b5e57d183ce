import assert from 'node:assert/strict';
import { test } from 'node:test';
import { abilities } from '../../src/sim/geo/boot-geo-server.ts';
import { describeBroken, runSeeds, seedsFrom } from './seeds.ts';

/** Mistakes that a geo server can be told to make. Storms that do not find them prove nothing. */
const plantedBugs = [
  'acknowledges before durable',
  'confirms before durable',
  'sends before durable',
  'forgets tombstones early',
  'no resend',
  'adopts claims over a gap',
  'merges by arrival',
  'keeps the incarnation',
  'no repair',
  'loses the vector at a restart',
  'clock ignores merges',
  'takes stamps from the future',
] as const;

for (const bug of plantedBugs) {
  const isKnown = abilities.plantedBugs.includes(bug);
  const skip = isKnown ? false : 'servers cannot be told to make this mistake yet';
  test(
    `servers that make the mistake "${bug}" are found out within 200 seeds`,
    { skip },
    async (t) => {
      const options = { bugs: new Set([bug]), isFirstEnough: true };
      const report = await runSeeds(seedsFrom(1, 200), options);
      const [broken] = report.broken;
      assert.ok(broken !== undefined, 'every promise was kept');
      t.diagnostic(describeBroken(broken));
    },
  );
}
