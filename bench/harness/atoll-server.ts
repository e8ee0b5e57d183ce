import { fileURLToPath } from 'node:url';
import type { Target } from './redis-benchmark.ts';
import { startServer } from './server-process.ts';

export interface AtollOptions {
  readonly actors?: number;
  /** The folder for its data; without one it is kept in memory. */
  readonly data?: string;
  /** The description of a server to join. */
  readonly join?: string;
  readonly linkLatencyMs?: number;
}

/** A geo server in a process of its own. */
export interface AtollServer {
  readonly pid: number;
  readonly description: string;
  /** Its query ports, for loads. */
  readonly targets: readonly Target[];
  /** From its start until it said that it was ready. */
  readonly startSeconds: number;
  /** The sum of a metric over its samples, or of those with these labels: `port="7001"`. */
  metric(name: string, labels?: string): Promise<number>;
  readonly stop: () => Promise<void>;
}

const main = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
const readyTimeoutMs = 120_000;

/**
 * Starts a geo server as an operator would, on free ports. With `BENCH_CPU_PROF` set to a folder, each of its threads leaves
 * a CPU profile there at its end.
 */
export async function startAtoll(options: AtollOptions = {}): Promise<AtollServer> {
  const { actors = 1, data, join, linkLatencyMs = 0 } = options;
  const profiles = process.env['BENCH_CPU_PROF'];
  const startMs = performance.now();
  const server = await startServer({
    program: process.execPath,
    args: [
      ...(profiles === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profiles}`]),
      main,
      'geo',
      '--port',
      '0',
      '--admin-port',
      '0',
      '--json',
      '--actors',
      String(actors),
      '--link-latency',
      String(linkLatencyMs),
      ...(data === undefined ? [] : ['--data', data]),
      ...(join === undefined ? [] : ['--join', join]),
    ],
    readyTimeoutMs,
    stopTimeoutMs: readyTimeoutMs,
  });
  const startSeconds = (performance.now() - startMs) / 1_000;
  const { pid } = server;
  const { queryPorts, adminPort, description } = JSON.parse(server.readyLine) as {
    readonly queryPorts: readonly number[];
    readonly adminPort: number;
    readonly description: string;
  };
  const targets = queryPorts.map((port) => ({ port, pid }));
  return {
    pid,
    description,
    targets,
    startSeconds,
    metric: (name, labels = '') => readMetric(adminPort, name, labels),
    stop: () => server.stop(),
  };
}

async function readMetric(adminPort: number, name: string, labels: string): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${adminPort}/metrics`);
  const text = await response.text();
  let [sum, count] = [0, 0];
  for (const line of text.split('\n')) {
    const [, metric, of = '', value] = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (metric !== name || !of.includes(labels)) continue;
    sum += Number(value);
    count += 1;
  }
  if (count === 0) throw new Error(`the server has no metric ${name}{${labels}}`);
  return sum;
}
