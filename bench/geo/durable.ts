import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startAtoll, type AtollServer } from '../harness/atoll-server.ts';
import type { BenchOptions, Figures } from '../harness/figures.ts';
import { measureInTurns, medianOf, ratioOf } from '../harness/in-turns.ts';
import { slicesOf, type Target } from '../harness/redis-benchmark.ts';
import { hasRedis, startRedis } from '../harness/redis-server.ts';

/**
 * SET that is on the disk when it is acknowledged, 100 in flight on each of 50 connections, beside redis-server with
 * `appendfsync always` in turns on the same disk: with one query actor, as Redis has one thread that executes, and with two of
 * which one is loaded.
 */
export async function measureDurable(folder: string, options: BenchOptions): Promise<Figures> {
  if (!hasRedis()) {
    options.say('redis-server is not installed: nothing to compare with');
    return {};
  }
  const files = join(folder, 'redis');
  mkdirSync(files);
  const redis = await startRedis(files);
  try {
    return {
      ...(await compare(join(folder, 'one'), 1, redis, 'durableSet', options)),
      ...(await compare(join(folder, 'two'), 2, redis, 'durableSetTwoActors', options)),
    };
  } finally {
    await redis.stop();
  }
}

async function compare(
  data: string,
  actors: number,
  redis: Target,
  name: string,
  { rounds, seconds, say }: BenchOptions,
): Promise<Figures> {
  say(`durable SET, ${actors === 1 ? 'one actor' : 'two actors'}`);
  const atoll: AtollServer = await startAtoll({ data, actors });
  try {
    const load = { command: 'set', depth: 100 } as const;
    const a = slicesOf(atoll.targets.slice(0, 1), load, seconds);
    const b = slicesOf([redis], load, seconds);
    // Until the compiler has seen every path, and each knows its rate.
    for (let round = 0; round < 3; round += 1) {
      await a();
      await b();
    }
    const turns = await measureInTurns({ rounds, a, b });
    return {
      [`${name}Ratio`]: ratioOf(turns, 'rps', '× redis'),
      [`${name}CpuRatio`]: ratioOf(turns, 'cpuUs', '× redis'),
      [`${name}Rps`]: medianOf(turns.a, 'rps', '1/s'),
      [`${name}RedisRps`]: medianOf(turns.b, 'rps', '1/s'),
      [`${name}CpuUs`]: medianOf(turns.a, 'cpuUs', 'µs'),
      [`${name}RedisCpuUs`]: medianOf(turns.b, 'cpuUs', 'µs'),
    };
  } finally {
    await atoll.stop();
  }
}
