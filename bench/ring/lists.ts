import type { BenchOptions, Figures } from '../harness/figures.ts';
import { measureInTurns, medianOf, ratioOf } from '../harness/in-turns.ts';
import { measureLoad, slicesOf, type LoadSample } from '../harness/redis-benchmark.ts';
import { startRedis } from '../harness/redis-server.ts';
import { withRing } from './ring-process.ts';

const depthOfReads = 16;
const listItems = 100_000;
const key = 'list:__rand_int__';
const item = 'item:__rand_int__';

/**
 * LADD, which looks whether the item is there, beside RPUSH of redis-server, which does not: 100,000 lists, one command of each
 * client in flight and 16.
 */
export async function measureAppend({ rounds, seconds, say }: BenchOptions): Promise<Figures> {
  say('LADD beside RPUSH');
  const redis = await startRedis();
  try {
    return await withRing(async ({ targets }) => {
      let figures: Figures = {};
      for (const [depth, name] of [
        [16, 'append16'],
        [1, 'append'],
      ] as const) {
        const ours = { command: ['LADD', key, item], depth };
        const theirs = { command: ['RPUSH', key, item], depth };
        await measureLoad(targets, { ...ours, count: 20_000 * depth });
        await measureLoad([redis], { ...theirs, count: 20_000 * depth });
        const a = slicesOf(targets, ours, seconds);
        const b = slicesOf([redis], theirs, seconds);
        const turns = await measureInTurns({ rounds, a, b });
        figures = {
          ...figures,
          [`${name}Ratio`]: ratioOf(turns, 'rps', '× redis'),
          [`${name}CpuRatio`]: ratioOf(turns, 'cpuUs', '× redis'),
          [`${name}PerSecond`]: medianOf(turns.a, 'rps', '1/s'),
          [`${name}CpuUs`]: medianOf(turns.a, 'cpuUs', 'µs'),
        };
      }
      return figures;
    });
  } finally {
    await redis.stop();
  }
}

/** The newest 100 items of a list of 100,000, beside all 100 of a list of 100: the server's CPU time for each. */
export function measureNewest({ rounds, seconds, say }: BenchOptions): Promise<Figures> {
  say('the newest 100 of 100,000');
  return withRing(async ({ open, targets }) => {
    const store = await open('never');
    for (const [name, count] of [
      ['large', listItems],
      ['small', 100],
    ] as const) {
      for (let first = 0; first < count; first += 1_000) {
        const ids = Array.from({ length: Math.min(1_000, count - first) }, (_, i) => first + i);
        await Promise.all(ids.map((id) => store.appendToList(name, `post-${id}`)));
      }
    }
    await store.close();
    const [large, small] = ['large', 'small'].map((name) =>
      slicesOf(
        targets,
        { command: ['LRANGE', name, '-100', '-1'], depth: depthOfReads },
        seconds / 4,
      ),
    );
    if (large === undefined || small === undefined) throw new Error('there are two lists');
    for (const warmUp of [large, small]) await warmUp();
    const turns = await measureInTurns<keyof LoadSample>({ rounds, a: large, b: small });
    return {
      newest100Us: medianOf(turns.a, 'cpuUs', 'µs'),
      newest100OfSmallUs: medianOf(turns.b, 'cpuUs', 'µs'),
    };
  });
}
