import { GeoRun, type GeoRunOptions } from '../../src/sim/geo/geo-run.ts';
import { describeFault } from '../../src/sim/geo/fault-plan.ts';
import { describeOperation } from '../../src/sim/geo/history.ts';
import { rareStates, Sometimes } from '../../src/sim/geo/sometimes.ts';
import type { Violation } from '../../src/sim/geo/evidence.ts';

/** A seed that broke a promise. */
export interface BrokenSeed {
  readonly seed: number;
  readonly violations: readonly Violation[];
}

export interface SeedsReport {
  readonly broken: readonly BrokenSeed[];
  readonly sometimes: Sometimes;
  readonly seeds: number;
  readonly events: number;
  readonly operations: number;
}

/** Runs seed after seed; ends at the first broken one if `isFirstEnough`. */
export async function runSeeds(
  seeds: Iterable<number>,
  options: Omit<GeoRunOptions, 'seed'> & { readonly isFirstEnough?: boolean } = {},
): Promise<SeedsReport> {
  const broken: BrokenSeed[] = [];
  const sometimes = new Sometimes();
  let [count, events, operations] = [0, 0, 0];
  for (const seed of seeds) {
    const run = new GeoRun({ ...options, seed });
    const violations = await run.run();
    count += 1;
    events += run.simulation.eventCount;
    operations += run.history.operations.length;
    sometimes.add(run.sometimes);
    if (violations.length === 0) continue;
    broken.push({ seed, violations });
    if (options.isFirstEnough === true) break;
  }
  return { broken, sometimes, seeds: count, events, operations };
}

/** `first`, `first` + `step`, …: so many seeds. */
export function* seedsFrom(first: number, count: number, step = 1): Generator<number> {
  for (let index = 0; index < count; index += 1) yield first + index * step;
}

/** All that a seed drew. */
export function describeDraws({ temper, plan }: GeoRun): string {
  const { load, faults, ...cluster } = temper;
  return [
    `cluster ${JSON.stringify(cluster)}`,
    `load    ${JSON.stringify(load)}`,
    `faults  ${JSON.stringify(faults)}`,
    ...plan.map((fault) => describeFault(fault)),
  ].join('\n');
}

/** What clients asked and what replicas did, in the order of time. */
export function describeEvents({ history, cluster }: GeoRun): string {
  const asked = history.operations.map((operation) => {
    return { atMs: operation.startMs, text: describeOperation(operation) };
  });
  const done = cluster.changes.map(({ atMs, replica, life, how, entry }) => {
    const { key, value = 'nothing', stamp } = entry;
    const text = `${replica} (life ${life}) ${how} ${key} = ${value.replace(/~+$/, '~')} @${stamp.wallMs}.${stamp.counter} of ${stamp.origin}`;
    return { atMs, text };
  });
  return [...asked, ...done]
    .toSorted((a, b) => a.atMs - b.atMs)
    .map(({ atMs, text }) => `${atMs.toFixed(3).padStart(12)} ${text}`)
    .join('\n');
}

/** The broken promises of a seed, the first few of each, and how to see it again. */
export function describeBroken({ seed, violations }: BrokenSeed): string {
  const counts = new Map<string, number>();
  const lines: string[] = [];
  for (const { invariant, text } of violations) {
    const count = (counts.get(invariant) ?? 0) + 1;
    counts.set(invariant, count);
    if (count <= shownMax) lines.push(`  ${invariant}: ${text}`);
  }
  for (const [invariant, count] of counts) {
    if (count > shownMax) lines.push(`  ${invariant}: ${count - shownMax} more`);
  }
  return [`seed ${seed} is broken (npm run sim -- --seed ${seed}):`, ...lines].join('\n');
}

const shownMax = 3;

/** How often each rare state was reached. */
export function describeSometimes(sometimes: Sometimes): string {
  return rareStates
    .map((state) => `${String(sometimes.count(state)).padStart(6)} × ${state}`)
    .join('\n');
}
