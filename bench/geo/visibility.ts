import { join } from 'node:path';
import { connect } from '../../src/client.ts';
import { startAtoll, type AtollOptions, type AtollServer } from '../harness/atoll-server.ts';
import { readCpuMs } from '../harness/cpu-time.ts';
import type { BenchOptions, Figure, Figures } from '../harness/figures.ts';
import { summarize } from '../harness/in-turns.ts';
import { measureLoad, type Target } from '../harness/redis-benchmark.ts';
import { sleep, untilConfirmed } from './keys.ts';
import { PacedThread } from './paced-thread.ts';

const latencyMs = 100;
const probes = 400;
/** Probes are not in step with anything. */
const [probePauseMinMs, probePauseMaxMs] = [5, 35];
const probeDeadlineMs = 20_000;
const connections = 50;
/** So long that the last confirmations count for little. */
const fullLoadTimes = 4;

/** As `syncCpuShare` has it: what has no name of its own is one command under way for each client. */
const loads = [
  { name: '', depth: 1 },
  { name: 'Pipeline16', depth: 16 },
] as const;

/**
 * How long after a client sends a SET others see it: clients of another query actor of the server, and of another server,
 * 100 ms away. Two servers with two query actors each. The full load is what all four take together from redis-benchmark, by the time until
 * everybody has it: in a burst they take more than they can tell. Half of that goes to all four at an even pace, from a thread of
 * its own, while a probe is written every 20 ms on one, and watched for on the others. Both ends of a probe are measured by one clock.
 *
 * Once with servers in memory, and once with servers that have each write on the disk before they acknowledge or pass it on:
 * there remote sync has writes from the journal, and not from messages of query actors.
 */
export async function measureVisibility(folder: string, options: BenchOptions): Promise<Figures> {
  return {
    ...(await measurePair(options, { suffix: '', dataOf: () => ({}) })),
    ...(await measurePair(options, {
      suffix: 'Durable',
      dataOf: (name) => ({ data: join(folder, `visibility-${name}`) }),
    })),
  };
}

interface Pair {
  /** Ends the names of its figures. */
  readonly suffix: string;
  readonly dataOf: (name: string) => AtollOptions;
}

async function measurePair(
  { seconds, say }: BenchOptions,
  { suffix, dataOf }: Pair,
): Promise<Figures> {
  const both = { actors: 2, linkLatencyMs: latencyMs };
  const one = await startAtoll({ ...both, ...dataOf('one') });
  let other: AtollServer | undefined;
  try {
    other = await startAtoll({ ...both, ...dataOf('other'), join: one.description });
    const ports = [...one.targets, ...other.targets];
    const pids = [one.pid, other.pid];
    let figures: Figures = {};
    await measureLoad(ports, { command: 'set', depth: 100, count: 500_000 });
    for (const load of loads) {
      const { depth } = load;
      const name = `${suffix}${load.name}`;
      say(`full write load ${suffix.toLowerCase()}, ${depth} in flight`);
      const { takenRps, toldRps } = await fullLoad([one, other], { ports, depth, seconds });
      say(`probes at half of ${Math.round(toldRps)} SETs a second`);
      figures = { ...figures, ...(await probe(ports, pids, { name, depth, rate: toldRps / 2 })) };
      figures = {
        ...figures,
        [`visibleFullRps${name}`]: { value: toldRps, unit: '1/s' },
        [`visibleFullTakenRps${name}`]: { value: takenRps, unit: '1/s' },
      };
    }
    return figures;
  } finally {
    await other?.stop();
    await one.stop();
  }
}

interface FullLoad {
  /** SETs a second of all ports together while they are sent … */
  readonly takenRps: number;
  /** … and until every replica has them. */
  readonly toldRps: number;
}

async function fullLoad(
  servers: readonly AtollServer[],
  { ports, depth, seconds }: { ports: readonly Target[]; depth: number; seconds: number },
): Promise<FullLoad> {
  const first = await measureLoad(ports, { command: 'set', depth, count: depth * 3_000 });
  await untilConfirmed(servers);
  const count = Math.ceil((first.rps / ports.length) * fullLoadTimes * seconds);
  const startMs = performance.now();
  const { rps } = await measureLoad(ports, { command: 'set', depth, count });
  await untilConfirmed(servers);
  const tookSeconds = (performance.now() - startMs) / 1_000;
  return { takenRps: rps, toldRps: (count * ports.length) / tookSeconds };
}

async function probe(
  ports: readonly Target[],
  pids: readonly number[],
  { name, depth, rate }: { name: string; depth: number; rate: number },
): Promise<Figures> {
  const startCpuMs = pids.reduce((sum, pid) => sum + readCpuMs(pid), 0);
  const startMs = performance.now();
  const each = { rate: rate / ports.length, depth, connections };
  const load = await PacedThread.start(ports.map(({ port }) => ({ port, ...each })));
  const [writer, local, remote] = ports.map(({ port }) =>
    connect({ addresses: [`127.0.0.1:${port}`], timeoutMs: probeDeadlineMs }),
  );
  if (writer === undefined || local === undefined || remote === undefined) {
    throw new Error('two servers with two query ports each');
  }
  const sentMs = new Map<string, number>();
  const localMs: number[] = [];
  const remoteMs: number[] = [];
  for (const [store, delays] of [
    [local, localMs],
    [remote, remoteMs],
  ] as const) {
    await store.watch(`probe${name}:`, (change) => {
      if (change.type !== 'put') return;
      delays.push(performance.now() - (sentMs.get(change.key) ?? Number.NaN));
    });
  }
  // The load has settled.
  await sleep(2_000);
  const writeMs: number[] = [];
  for (let number = 0; number < probes; number += 1) {
    const key = `probe${name}:${number}`;
    const nowMs = performance.now();
    sentMs.set(key, nowMs);
    // A probe that is not taken is not seen either: that is told below.
    void writer.put(key, 'x').then(() => writeMs.push(performance.now() - nowMs), ignore);
    await sleep(probePauseMinMs + Math.random() * (probePauseMaxMs - probePauseMinMs));
  }
  const endMs = performance.now() + probeDeadlineMs;
  const all = [localMs, remoteMs, writeMs];
  while (all.some(({ length }) => length < probes) && performance.now() < endMs) await sleep(50);
  const rates = await load.stop();
  const tookMs = performance.now() - startMs;
  const cpuMs = pids.reduce((sum, pid) => sum + readCpuMs(pid), 0) - startCpuMs;
  for (const store of [writer, local, remote]) await store.close();
  if (localMs.length < probes || remoteMs.length < probes) {
    throw new Error(`of ${probes} probes ${localMs.length} and ${remoteMs.length} were seen`);
  }
  return {
    [`visibleLocalP50${name}Ms`]: quantile(localMs, 0.5),
    [`visibleLocalP99${name}Ms`]: quantile(localMs, 0.99),
    [`visibleRemoteP50${name}Ms`]: quantile(remoteMs, 0.5),
    [`visibleRemoteP99${name}Ms`]: quantile(remoteMs, 0.99),
    [`visibleWriteP99${name}Ms`]: quantile(writeMs, 0.99),
    [`visibleRps${name}`]: { value: rates.reduce((sum, each_) => sum + each_, 0), unit: '1/s' },
    [`visibleCores${name}`]: { value: cpuMs / tookMs, unit: 'cores of the servers' },
  };
}

const ignore = (): void => {};

/** With the smallest and the largest. */
function quantile(samples: readonly number[], share: number): Figure {
  const sorted = samples.toSorted((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  if (value === undefined) throw new Error('there is no sample');
  return { ...summarize(sorted, 'ms'), value };
}
