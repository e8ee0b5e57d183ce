import { Sometimes } from '../../src/sim/swarm/sometimes.ts';
import type { SwarmRun, SwarmRunOptions, Violation } from '../../src/sim/swarm/swarm-run.ts';

/** A store that storms are made for. */
export interface SwarmStore {
  readonly name: string;
  readonly rareStates: readonly string[];
  /** Those that servers can come to as they are. */
  readonly reachableStates: readonly string[];
  readonly makeRun: (options: SwarmRunOptions) => SwarmRun;
}

/** A seed that broke a promise. */
export interface BrokenSeed {
  readonly seed: number;
  readonly violations: readonly Violation[];
}

export interface SeedsReport {
  readonly broken: readonly BrokenSeed[];
  readonly sometimes: Sometimes<string>;
  readonly seeds: number;
  readonly events: number;
  readonly operations: number;
}

/** Runs seed after seed; ends at the first broken one if `isFirstEnough`. */
export async function runSeeds(
  store: SwarmStore,
  seeds: Iterable<number>,
  options: { readonly bugs?: ReadonlySet<string>; readonly isFirstEnough?: boolean } = {},
): Promise<SeedsReport> {
  const broken: BrokenSeed[] = [];
  const sometimes = new Sometimes<string>();
  let [count, events, operations] = [0, 0, 0];
  for (const seed of seeds) {
    const run = store.makeRun({ seed, bugs: options.bugs ?? new Set() });
    const violations = await run.run();
    count += 1;
    events += run.simulation.eventCount;
    operations += run.operationCount;
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

/** The broken promises of a seed, the first few of each, and how to see it again. */
export function describeBroken({ name }: SwarmStore, { seed, violations }: BrokenSeed): string {
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
  const command = `npm run sim -- --store ${name} --seed ${seed}`;
  return [`seed ${seed} is broken (${command}):`, ...lines].join('\n');
}

const shownMax = 3;

/** How often each rare state was reached. */
export function describeSometimes(
  { rareStates }: SwarmStore,
  sometimes: Sometimes<string>,
): string {
  return rareStates
    .map((state) => `${String(sometimes.count(state)).padStart(6)} × ${state}`)
    .join('\n');
}
