import type { BenchOptions, Figures } from './harness/figures.ts';
import { measureInTurns, medianOf, ratioOf } from './harness/in-turns.ts';
import { startAtoll } from './harness/atoll-server.ts';
import {
  loadedKeys,
  measureLoad,
  slicesOf,
  type Load,
  type Target,
} from './harness/redis-benchmark.ts';
import { startRedis } from './harness/redis-server.ts';

/**
 * What a query costs a geo server, beside redis-server, both loaded in turns by redis-benchmark (50 clients,
 * values of 64 bytes, 100,000 keys), without pipeline and with 16 and 100 commands in flight.
 *
 * Bars: without pipeline at least 0.9 of Redis's operations a second at no more than 1.3 of its CPU time
 * for each; with 16 and 100 at least 0.6 at no more than 2.0. CPU time is the robust half: the load
 * generator shares the cores with the server.
 */
export function run(options: BenchOptions): Promise<Figures> {
  return compareWithRedis(options, { start: () => startAtoll({ actors: 1 }), suffix: '' });
}

/** A server of ours: the first of its ports is loaded. */
export interface LoadedServer {
  readonly targets: readonly Target[];
  readonly stop: () => Promise<void>;
}

/** With several query actors, one of them is loaded, and the others hear of every write. */
export async function compareWithRedis(
  { rounds, seconds, say }: BenchOptions,
  { start, suffix }: { readonly start: () => Promise<LoadedServer>; readonly suffix: string },
): Promise<Figures> {
  const theirs = await startRedis();
  const atoll = await start().catch(async (error: unknown) => {
    await theirs.stop();
    throw error;
  });
  try {
    const [ours] = atoll.targets;
    if (ours === undefined) throw new Error('a server has a query port');
    for (const server of [ours, theirs]) await warmUp(server);
    let figures: Figures = {};
    // Deep pipelines first: they execute the most, so that nothing is compiled any more at depth 1.
    for (const depth of [100, 16, 1] as const) {
      for (const command of ['get', 'set'] as const) {
        say(`${command.toUpperCase()}, ${depth} in flight`);
        const load = { command, depth } as const;
        const a = slicesOf([ours], load, seconds);
        const b = slicesOf([theirs], load, seconds);
        const turns = await measureInTurns({ rounds, a, b });
        const what = `${command === 'get' ? 'Get' : 'Set'}${depth}${suffix}`;
        figures = {
          ...figures,
          [`rps${what}`]: ratioOf(turns, 'rps', '× redis'),
          [`cpu${what}`]: ratioOf(turns, 'cpuUs', '× redis'),
          [`rps${what}Atoll`]: medianOf(turns.a, 'rps', '1/s'),
          [`rps${what}Redis`]: medianOf(turns.b, 'rps', '1/s'),
          [`cpuUs${what}Atoll`]: medianOf(turns.a, 'cpuUs', 'µs'),
          [`cpuUs${what}Redis`]: medianOf(turns.b, 'cpuUs', 'µs'),
        };
      }
    }
    return figures;
  } finally {
    await atoll.stop();
    await theirs.stop();
  }
}

/** All keys are there, and the compiler has seen every path often enough. */
async function warmUp(target: Target): Promise<void> {
  const commands: readonly Load['command'][] = ['set', 'get'];
  for (const command of commands) {
    await measureLoad([target], { command, depth: 100, count: loadedKeys * 5 });
    await measureLoad([target], { command, depth: 16, count: loadedKeys * 4 });
    await measureLoad([target], { command, depth: 1, count: loadedKeys * 0.7 });
  }
}
