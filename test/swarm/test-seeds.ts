import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  describeBroken,
  describeSometimes,
  runSeeds,
  seedsFrom,
  type SwarmStore,
} from './seeds.ts';

/** `ATOLL_SEEDS=20000` looks longer. */
const seedCount = Number(process.env['ATOLL_SEEDS'] ?? 2_000);

/** Tests every `step`th seed from `first` on: files that share the seeds run beside each other. */
export function testSeeds(store: SwarmStore, first: number, step: number): void {
  test(`whatever the storm was, every promise of the ${store.name} store is kept`, async (t) => {
    const seeds = seedsFrom(first, Math.ceil(seedCount / step), step);
    const report = await runSeeds(store, seeds);
    t.diagnostic(`${report.seeds} seeds, ${report.operations} operations, ${report.events} events`);
    t.diagnostic(`\n${describeSometimes(store, report.sometimes)}`);
    const broken = report.broken.slice(0, 3).map((each) => describeBroken(store, each));
    assert.equal(report.broken.length, 0, broken.join('\n'));
    if (report.seeds < 500) return;
    const missed = report.sometimes.missing(store.reachableStates);
    assert.deepEqual(missed, [], 'these seeds never came to what they are for');
  });
}

/** Servers that make the mistake `bug` must be found out within so many seeds, or storms prove nothing. */
export function testPlantedBug(
  store: SwarmStore,
  bug: string,
  { seedsMax = 200, skip = false }: { seedsMax?: number; skip?: string | false } = {},
): void {
  test(
    `servers that make the mistake "${bug}" are found out within ${seedsMax} seeds`,
    { skip },
    async (t) => {
      const options = { bugs: new Set([bug]), isFirstEnough: true };
      const report = await runSeeds(store, seedsFrom(1, seedsMax), options);
      const [broken] = report.broken;
      assert.ok(broken !== undefined, 'every promise was kept');
      t.diagnostic(describeBroken(store, broken));
    },
  );
}

/** Runs seeds twice, with another in between, and once another. */
export function testSameSeed(store: SwarmStore, seeds: readonly number[]): void {
  test('a seed is the same storm every time, to the last event', async () => {
    for (const seed of seeds) {
      const once = await runToText(store, seed);
      // What ran in between leaves no trace.
      await runToText(store, seed + 1);
      assert.equal(await runToText(store, seed), once);
    }
  });

  test('another seed is another storm', async () => {
    const [seed = 1] = seeds;
    assert.notEqual(await runToText(store, seed), await runToText(store, seed + 1));
  });
}

/** Everything that a run shows. */
async function runToText(store: SwarmStore, seed: number): Promise<string> {
  const run = store.makeRun({ seed, bugs: new Set() });
  const violations = await run.run();
  const { traceHash, eventCount } = run.simulation;
  return [
    run.describeDraws(),
    run.describeEvents(),
    JSON.stringify(violations),
    `${eventCount} ${traceHash}`,
  ].join('\n');
}
