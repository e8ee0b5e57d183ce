import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { readCpuMs } from './harness/cpu-time.ts';
import type { BenchOptions, Figures } from './harness/figures.ts';
import { measureInTurns, medianOf, ratioOf, type Sample } from './harness/in-turns.ts';
import { startServer } from './harness/server-process.ts';

/**
 * What a query costs a geo server, beside redis-server, both loaded in turns by redis-benchmark (50 clients,
 * values of 64 bytes, 100,000 keys), without pipeline and with 16 and 100 commands in flight.
 *
 * Bars: without pipeline at least 0.9 of Redis's operations a second at no more than 1.3 of its CPU time
 * for each; with 16 and 100 at least 0.6 at no more than 2.0. CPU time is the robust half: the load
 * generator shares the cores with the server.
 */
export async function run({ rounds, seconds, say }: BenchOptions): Promise<Figures> {
  const redisPort = await freePort();
  const redis = await startServer({
    program: 'redis-server',
    args: ['--port', String(redisPort), '--save', '', '--appendonly', 'no'],
    isReady: (line) => line.includes('Ready to accept connections'),
  });
  const main = fileURLToPath(new URL('../src/cli/main.js', import.meta.url));
  const atoll = await startServer({
    program: process.execPath,
    args: [main, 'geo', '--port', '0', '--admin-port', '0', '--json'],
  }).catch(async (error: unknown) => {
    await redis.stop();
    throw error;
  });
  const { queryPorts } = JSON.parse(atoll.readyLine) as { queryPorts: readonly [number] };
  try {
    const ours = { port: queryPorts[0], pid: atoll.pid };
    const theirs = { port: redisPort, pid: redis.pid };
    for (const server of [ours, theirs]) await warmUp(server);
    let figures: Figures = {};
    // Deep pipelines first: they execute the most, so that nothing is compiled any more at depth 1.
    for (const depth of [100, 16, 1] as const) {
      for (const command of ['Get', 'Set'] as const) {
        say(`${command.toUpperCase()}, ${depth} in flight`);
        figures = { ...figures, ...(await compare(ours, theirs, command, depth, rounds, seconds)) };
      }
    }
    return figures;
  } finally {
    await atoll.stop();
    await redis.stop();
  }
}

interface Target {
  readonly port: number;
  readonly pid: number;
}

type Load = 'Get' | 'Set';
type Name = 'rps' | 'cpuUs';

/** Commands a second that are asked for in the first slice, by depth; later slices go by what came of it. */
const firstRate: Readonly<Record<number, number>> = { 1: 30_000, 16: 150_000, 100: 250_000 };
const keys = 100_000;
const sliceTimeoutMs = 60_000;

async function compare(
  ours: Target,
  theirs: Target,
  command: Load,
  depth: number,
  rounds: number,
  seconds: number,
): Promise<Figures> {
  const slices = (target: Target): (() => Promise<Sample<Name>>) => {
    let rate = firstRate[depth] ?? 0;
    return async () => {
      const sample = await measure(target, command, depth, Math.ceil(rate * seconds));
      rate = sample.rps;
      return sample;
    };
  };
  const turns = await measureInTurns<Name>({ rounds, a: slices(ours), b: slices(theirs) });
  const what = `${command}${depth}`;
  return {
    [`rps${what}`]: ratioOf(turns, 'rps', '× redis'),
    [`cpu${what}`]: ratioOf(turns, 'cpuUs', '× redis'),
    [`rps${what}Atoll`]: medianOf(turns.a, 'rps', '1/s'),
    [`rps${what}Redis`]: medianOf(turns.b, 'rps', '1/s'),
    [`cpuUs${what}Atoll`]: medianOf(turns.a, 'cpuUs', 'µs'),
    [`cpuUs${what}Redis`]: medianOf(turns.b, 'cpuUs', 'µs'),
  };
}

/** All keys are there, and the compiler has seen every path often enough. */
async function warmUp(target: Target): Promise<void> {
  for (const command of ['Set', 'Get'] as const) {
    await measure(target, command, 100, keys * 5);
    await measure(target, command, 16, keys * 4);
    await measure(target, command, 1, keys * 0.7);
  }
}

async function measure(
  { port, pid }: Target,
  command: Load,
  depth: number,
  count: number,
): Promise<Sample<Name>> {
  const startMs = readCpuMs(pid);
  const { stdout } = await promisify(execFile)(
    'redis-benchmark',
    ['-p', port, '-t', command.toLowerCase(), '-P', depth, '-n', count, '-r', keys, '-c', 50]
      .concat(['-d', 64, '--csv'])
      .map(String),
    // It waits for ever for a server that is gone.
    { timeout: sliceTimeoutMs },
  );
  const cpuMs = readCpuMs(pid) - startMs;
  const rps = Number(/^"[A-Z]+","([\d.]+)"/m.exec(stdout)?.[1]);
  if (!(rps > 0)) throw new Error(`redis-benchmark gave no figure:\n${stdout}`);
  return { rps, cpuUs: (cpuMs * 1_000) / count };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
