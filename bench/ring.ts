import { chooseParts, type Part } from './harness/parts.ts';
import type { BenchOptions, Figures } from './harness/figures.ts';
import { compareWithRedis } from './resp.ts';
import { measureAppend, measureNewest } from './ring/lists.ts';
import { measureCached, measureHotKey } from './ring/reads.ts';
import { startRing } from './ring/ring-process.ts';
import { measureStall } from './ring/stall.ts';

const parts: Readonly<Record<string, Part>> = {
  cached: measureCached,
  hot: measureHotKey,
  stall: measureStall,
  append: measureAppend,
  newest: measureNewest,
  resp: (options) => compareWithRedis(options, { start: startRing, suffix: 'Ring' }),
};

/**
 * What the ring store costs, and what leases save, with one node in memory. Bars: `cachedGetPerSecond` ≥ 2,000,000,
 * `hotKeySpeedup` ≥ 10, `writeStallP99Ms` ≤ 5, `appendRatio` ≥ 1, `newest100Us` ≤ 100, and those of `resp`. All else is told,
 * not judged.
 */
export async function run(options: BenchOptions): Promise<Figures> {
  let figures: Figures = {};
  for (const part of chooseParts(parts, options.parts)) {
    figures = { ...figures, ...(await part(options)) };
  }
  return figures;
}
