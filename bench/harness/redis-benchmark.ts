import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { readCpuMs } from './cpu-time.ts';
import type { Measure, Sample } from './in-turns.ts';

/** A server that redis-benchmark can load. */
export interface Target {
  readonly port: number;
  readonly pid: number;
}

/** What redis-benchmark sends: a command that it knows, or words in which `__rand_int__` is a number by chance. */
export interface Load {
  readonly command: 'get' | 'set' | readonly string[];
  /** Commands under way on each connection. */
  readonly depth: number;
  readonly count: number;
  readonly valueBytes?: number;
}

/** Operations a second, and the CPU time of the servers for each in microseconds. */
export type LoadSample = Sample<'rps' | 'cpuUs'>;

/** Keys that a load is spread over, by chance. */
export const loadedKeys = 100_000;
const clients = 50;
const timeoutMs = 60_000;

/** Loads all of them at the same time, each with the whole load. */
export async function measureLoad(targets: readonly Target[], load: Load): Promise<LoadSample> {
  const pids = new Set(targets.map(({ pid }) => pid));
  const cpuMs = (): number => [...pids].reduce((sum, pid) => sum + readCpuMs(pid), 0);
  const startMs = cpuMs();
  const rates = await Promise.all(targets.map(({ port }) => runRedisBenchmark(port, load)));
  return {
    rps: rates.reduce((sum, rate) => sum + rate, 0),
    cpuUs: ((cpuMs() - startMs) * 1_000) / (load.count * targets.length),
  };
}

/** Measures slices of about `seconds`: how many operations that takes, each slice learns from the one before. */
export function slicesOf(
  targets: readonly Target[],
  load: Omit<Load, 'count'>,
  seconds: number,
): Measure<'rps' | 'cpuUs'> {
  let rate = firstRate(load.depth);
  return async () => {
    const sample = await measureLoad(targets, { ...load, count: Math.ceil(rate * seconds) });
    rate = sample.rps / targets.length;
    return sample;
  };
}

/** Operations a second that are asked for before anything was measured. */
function firstRate(depth: number): number {
  if (depth === 1) return 30_000;
  return depth < 100 ? 150_000 : 250_000;
}

/** Operations a second. */
async function runRedisBenchmark(port: number, load: Load): Promise<number> {
  const { command, depth, count, valueBytes = 64 } = load;
  const { stdout } = await promisify(execFile)(
    'redis-benchmark',
    [
      '-p',
      port,
      '-P',
      depth,
      '-n',
      count,
      '-r',
      loadedKeys,
      '-c',
      clients,
      '-d',
      valueBytes,
      '--csv',
    ]
      .concat(typeof command === 'string' ? ['-t', command] : command)
      .map(String),
    // It waits for ever for a server that is gone.
    { timeout: timeoutMs },
  );
  const rps = Number(/^"[^"]+","([\d.]+)"/m.exec(stdout)?.[1]);
  if (!(rps > 0)) throw new Error(`redis-benchmark gave no figure:\n${stdout}`);
  return rps;
}
