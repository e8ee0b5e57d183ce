import { startAtoll } from '../harness/atoll-server.ts';
import type { BenchOptions, Figure, Figures } from '../harness/figures.ts';
import { measureInTurns, medianOf, summarize } from '../harness/in-turns.ts';
import { measureLoad, slicesOf, type Target } from '../harness/redis-benchmark.ts';

/** By the load: what redis-benchmark makes by itself, and two that say how much pipelining hides. */
const loads = [
  { name: '', depth: 1 },
  { name: 'Pipeline16', depth: 16 },
  { name: 'Pipeline100', depth: 100 },
] as const;

/**
 * What part of a server's CPU time goes into the exchange of its actors: a server with two actors, both loaded with SET at the
 * same time, beside two servers with one actor each, loaded alike, which have nobody to tell. In turns; the part is
 * 1 − (CPU time of an operation without) / (with).
 */
export async function measureSyncCost(options: BenchOptions): Promise<Figures> {
  const { rounds, seconds, say } = options;
  const both = await startAtoll({ actors: 2 });
  const alone = await Promise.all([startAtoll(), startAtoll()]);
  try {
    const withSync = both.targets;
    const without = alone.flatMap(({ targets }) => targets);
    let figures: Figures = {};
    for (const targets of [withSync, without]) await warmUp(targets);
    for (const { name, depth } of loads) {
      say(`sync in the server, ${depth} in flight`);
      const load = { command: 'set', depth } as const;
      const a = slicesOf(withSync, load, seconds);
      const b = slicesOf(without, load, seconds);
      await a();
      await b();
      const turns = await measureInTurns({ rounds, a, b });
      figures = {
        ...figures,
        [`syncCpuShare${name}`]: shareOf(turns),
        [`syncCpuUsWith${name}`]: medianOf(turns.a, 'cpuUs', 'µs'),
        [`syncCpuUsWithout${name}`]: medianOf(turns.b, 'cpuUs', 'µs'),
        [`syncRpsWith${name}`]: medianOf(turns.a, 'rps', '1/s'),
        [`syncRpsWithout${name}`]: medianOf(turns.b, 'rps', '1/s'),
      };
    }
    return figures;
  } finally {
    await both.stop();
    for (const server of alone) await server.stop();
  }
}

function shareOf(turns: {
  readonly a: readonly { readonly cpuUs: number }[];
  readonly b: readonly { readonly cpuUs: number }[];
}): Figure {
  const shares = turns.a.map(
    ({ cpuUs }, round) => 1 - (turns.b[round]?.cpuUs ?? Number.NaN) / cpuUs,
  );
  return summarize(shares, 'of all');
}

/** All keys are there, and the compiler has seen every path often enough. */
async function warmUp(targets: readonly Target[]): Promise<void> {
  await measureLoad(targets, { command: 'set', depth: 100, count: 1_000_000 });
  await measureLoad(targets, { command: 'set', depth: 16, count: 400_000 });
  await measureLoad(targets, { command: 'set', depth: 1, count: 50_000 });
}
