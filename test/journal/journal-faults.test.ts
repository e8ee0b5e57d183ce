import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plantedBugs } from '../../src/core/journal/planted-bugs.ts';
import type { PlantedBug } from '../../src/core/journal/planted-bugs.ts';
import { Broken, JournalHistory, rareStates } from './journal-history.ts';
import type { RareState } from './journal-history.ts';

/** `ATOLL_SEEDS=20000` looks longer, `ATOLL_SEED=17` at one. */
const seedCount = Number(process.env['ATOLL_SEEDS'] ?? 1_000);
const onlySeed = Number(process.env['ATOLL_SEED'] ?? 0);

/** Runs one seed; undefined if every promise was kept. */
async function breach(history: JournalHistory): Promise<Error | undefined> {
  try {
    await history.run();
    return undefined;
  } catch (error) {
    // A promise that is broken inside the simulated program comes wrapped, with the seed and the time.
    const cause = error instanceof Error && error.cause instanceof Broken ? error.cause : error;
    if (cause instanceof Broken) return cause;
    throw error;
  }
}

test('whatever the disk does, every acknowledged record is there, in order, and damage is named', async (t) => {
  const seeds =
    onlySeed > 0 ? [onlySeed] : Array.from({ length: seedCount }, (_, index) => index + 1);
  const timesReached = new Map<RareState, number>();
  for (const seed of seeds) {
    const history = new JournalHistory(seed);
    const error = await breach(history);
    const drawn = JSON.stringify(history.temper);
    assert.equal(error, undefined, `ATOLL_SEED=${seed} ${drawn}: ${error?.message}`);
    for (const state of history.reached) {
      timesReached.set(state, (timesReached.get(state) ?? 0) + 1);
    }
  }
  for (const state of rareStates) t.diagnostic(`${timesReached.get(state) ?? 0} × ${state}`);
  if (seeds.length < 1_000) return;
  const missed = rareStates.filter((state) => !timesReached.has(state));
  assert.deepEqual(missed, [], 'these seeds never came to what they are for');
});

/** How many seeds it takes to find a bug; undefined if more than 200. */
async function seedsToFind(bug: PlantedBug): Promise<number | undefined> {
  for (let seed = 1; seed <= 200; seed++) {
    if ((await breach(new JournalHistory(seed, bug))) !== undefined) return seed;
  }
  return undefined;
}

for (const bug of plantedBugs) {
  test(`a journal that ${bug} is found out within 200 seeds`, async (t) => {
    const seeds = await seedsToFind(bug);
    assert.notEqual(seeds, undefined);
    t.diagnostic(`seed ${seeds}`);
  });
}

test('a seed is the same history every time', async () => {
  for (const seed of [3, 17, 40]) {
    const [one, other] = [new JournalHistory(seed), new JournalHistory(seed)];
    await one.run();
    await other.run();
    assert.equal(one.traceHash, other.traceHash);
  }
});
