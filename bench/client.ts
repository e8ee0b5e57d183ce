import { Redis } from 'ioredis';
import { createClient } from 'redis';

import { connect } from '../src/client.ts';
import { measureInTurns, medianOf, ratioOf, type Measure } from './harness/in-turns.ts';
import type { BenchOptions, Figures } from './harness/figures.ts';
import { startServer } from './harness/server-process.ts';

const port = 7_399;
const key = 'key';

/** One GET, by some client. */
type Get = () => Promise<unknown>;
type Name = 'cpuUs' | 'latencyUs';

/**
 * What does a call of the geo store's client cost the application, in its own CPU time, next to the Redis
 * clients that people use? All talk to the same redis-server: GET is the same for both.
 */
export async function run({ rounds, seconds, say }: BenchOptions): Promise<Figures> {
  const server = await startServer({
    program: 'redis-server',
    args: ['--port', String(port), '--save', '', '--appendonly', 'no'],
    isReady: (line) => line.includes('Ready to accept connections'),
  });
  const store = connect({ addresses: [`127.0.0.1:${port}`] });
  const nodeRedis = createClient({ url: `redis://127.0.0.1:${port}` });
  await nodeRedis.connect();
  const ioredis = new Redis({ port, enableAutoPipelining: true });
  try {
    await store.put(key, 'x'.repeat(64));
    const figures: Record<string, Figures[string]> = {};
    const ms = (seconds * 1_000) / 4;
    for (const callers of [1, 50]) {
      say(`${callers} callers`);
      const ours = measure(() => store.get(key), callers, ms);
      const others: readonly (readonly [string, Get])[] = [
        ['NodeRedis', () => nodeRedis.get(key)],
        ['Ioredis', () => ioredis.get(key)],
      ];
      for (const [name, get] of others) {
        const turns = await measureInTurns({ rounds, a: ours, b: measure(get, callers, ms) });
        figures[`get${callers}CpuUs`] = medianOf(turns.a, 'cpuUs', 'µs');
        figures[`get${callers}LatencyUs`] = medianOf(turns.a, 'latencyUs', 'µs');
        figures[`get${callers}CpuTo${name}`] = ratioOf(turns, 'cpuUs', `× ${name}`);
      }
    }
    return figures;
  } finally {
    await store.close();
    nodeRedis.destroy();
    ioredis.disconnect();
    await server.stop();
  }
}

/** So many callers that each ask again as soon as they are answered. */
function measure(get: Get, callers: number, ms: number): Measure<Name> {
  return async () => {
    let calls = 0;
    const startCpu = process.cpuUsage();
    const startMs = performance.now();
    const caller = async (): Promise<void> => {
      while (performance.now() - startMs < ms) {
        await get();
        calls += 1;
      }
    };
    await Promise.all(Array.from({ length: callers }, caller));
    const { user, system } = process.cpuUsage(startCpu);
    const tookUs = (performance.now() - startMs) * 1_000;
    return { cpuUs: (user + system) / calls, latencyUs: (tookUs * callers) / calls };
  };
}
