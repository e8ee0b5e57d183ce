import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GeoRun } from '../../src/sim/geo/geo-run.ts';

/** Everything that a run shows. */
async function runToText(seed: number): Promise<string> {
  const run = new GeoRun({ seed });
  const violations = await run.run();
  const { traceHash, eventCount } = run.simulation;
  return [
    run.describeDraws(),
    run.describeEvents(),
    JSON.stringify(violations),
    `${eventCount} ${traceHash}`,
  ].join('\n');
}

test('a seed is the same storm every time, to the last event', async () => {
  for (const seed of [3, 7, 11, 32, 133]) {
    const once = await runToText(seed);
    // What ran in between leaves no trace.
    await runToText(seed + 1);
    assert.equal(await runToText(seed), once);
  }
});

test('another seed is another storm', async () => {
  assert.notEqual(await runToText(3), await runToText(4));
});
