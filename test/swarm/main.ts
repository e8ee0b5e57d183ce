import { parseArgs } from 'node:util';
import { geoStore } from '../geo-swarm/geo-store.ts';
import { ringStore } from '../ring-swarm/ring-store.ts';
import {
  describeBroken,
  describeSometimes,
  runSeeds,
  seedsFrom,
  type SwarmStore,
} from './seeds.ts';

const stores: readonly SwarmStore[] = [geoStore, ringStore];

const usage = `usage: npm run sim -- [--store NAME] [--seed N] [--seeds COUNT] [--from N] [--trace] [--bug NAME]

  --store NAME   which store: geo (default) or ring
  --seed N       runs one seed and prints all that it drew
  --seeds COUNT  runs so many seeds (default 100) …
  --from N       … from this one on (default 1)
  --trace        with --seed: prints every event, then what clients asked and replicas did
  --bug NAME     the servers make this mistake`;

function refuse(problem: string): number {
  console.error(`${problem}\n\n${usage}`);
  return 2;
}

function parseArguments(): ReturnType<typeof parseArgs<typeof argumentsConfig>> | string {
  try {
    return parseArgs(argumentsConfig);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const argumentsConfig = {
  options: {
    store: { type: 'string', default: 'geo' },
    seed: { type: 'string' },
    seeds: { type: 'string', default: '100' },
    from: { type: 'string', default: '1' },
    trace: { type: 'boolean', default: false },
    bug: { type: 'string' },
  },
} as const;

async function runOne(
  store: SwarmStore,
  seed: number,
  bugs: ReadonlySet<string>,
  isTraced: boolean,
): Promise<number> {
  const trace = isTraced ? { trace: (line: string): void => console.log(line) } : {};
  const run = store.makeRun({ seed, bugs, ...trace });
  console.log(`seed    ${seed}\n${run.describeDraws()}`);
  const violations = await run.run();
  if (isTraced) console.log(run.describeEvents());
  const { simulation, operationCount } = run;
  const { eventCount, nowMs, traceHash } = simulation;
  console.log(
    `ran     ${eventCount} events, ${operationCount} operations, ${Math.round(nowMs)} ms of virtual time, trace ${traceHash}`,
  );
  if (violations.length === 0) {
    console.log('verdict every promise was kept');
    return 0;
  }
  console.log(describeBroken(store, { seed, violations }));
  return 1;
}

async function runMany(
  store: SwarmStore,
  from: number,
  count: number,
  bugs: ReadonlySet<string>,
): Promise<number> {
  const startMs = performance.now();
  const report = await runSeeds(store, seedsFrom(from, count), {
    bugs,
    isFirstEnough: bugs.size > 0,
  });
  const seconds = (performance.now() - startMs) / 1_000;
  for (const broken of report.broken) console.log(describeBroken(store, broken));
  console.log(describeSometimes(store, report.sometimes));
  const { seeds, events, operations } = report;
  console.log(
    `${seeds} seeds, ${operations} operations, ${events} events in ${seconds.toFixed(1)} s: ${(seeds / seconds).toFixed(1)} seeds a second, ${Math.round(events / seconds)} events a second`,
  );
  console.log(`${report.broken.length} seeds are broken`);
  return report.broken.length === 0 ? 0 : 1;
}

/** Gives the exit code: 1 if a promise was broken. */
async function main(): Promise<number> {
  const parsed = parseArguments();
  if (typeof parsed === 'string') return refuse(parsed);
  const { seed, seeds, from, trace, bug, store: name } = parsed.values;
  const store = stores.find((each) => each.name === name);
  if (store === undefined) return refuse(`there is no store '${name}'`);
  for (const text of [seed, seeds, from]) {
    if (text !== undefined && !/^\d{1,9}$/.test(text)) {
      return refuse(`expected a whole number, got '${text}'`);
    }
  }
  const bugs = new Set(bug === undefined ? [] : [bug]);
  if (seed !== undefined) return runOne(store, Number(seed), bugs, trace);
  if (trace) return refuse('--trace goes with --seed');
  return runMany(store, Number(from), Number(seeds), bugs);
}

process.exitCode = await main();
