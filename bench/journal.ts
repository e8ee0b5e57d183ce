import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Journal } from '../src/core/journal/journal.ts';
import { openJournal } from '../src/core/journal/open-journal.ts';
import type { Recovery } from '../src/core/journal/open-journal.ts';
import { openDisk } from '../src/platform/disk.ts';
import { createOutside } from '../src/platform/outside.ts';
import type { BenchOptions, Figures } from './harness/figures.ts';
import { measureInTurns, medianOf, ratioOf, type Sample } from './harness/in-turns.ts';
import { slicesOf } from './harness/redis-benchmark.ts';
import { hasRedis, startRedis } from './harness/redis-server.ts';

const recordBytes = 100;
/** 50 clients with 100 commands each, as many as redis-benchmark has under way. */
const underWayMax = 5_000;
const million = 1_000_000;

/**
 * What durability costs, by itself: records of 100 bytes appended with `fsync`, 5,000 under way, beside the
 * SETs a second of redis-server with `appendfsync always`, in turns and on the same disk. Redis answers
 * clients besides, the journal does not: the ratio is an upper bound for a store on top of it. Then how
 * long a start takes that loads a million records, from the log and from a snapshot.
 *
 * Files are made in the working folder: where temporary files lie may be memory, which syncs for nothing.
 */
export async function run(options: BenchOptions): Promise<Figures> {
  const folder = mkdtempSync(join(process.cwd(), '.bench-journal-'));
  try {
    return {
      ...(await measureAppends(folder, options)),
      ...(await measureLoads(folder, options)),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function measureAppends(folder: string, options: BenchOptions): Promise<Figures> {
  const { rounds, seconds, say } = options;
  const writer = await Writer.open(join(folder, 'appends'));
  const ours = (): Promise<Sample<'rps' | 'cpuUs'>> => writer.write(seconds * 1_000, underWayMax);
  say('appends, 5,000 under way');
  await ours();
  const one: Sample<'rps' | 'cpuUs'>[] = [];
  for (let round = 0; round < rounds; round++) one.push(await writer.write(seconds * 200, 1));
  const figures: Record<string, Figures[string]> = {
    appendOneByOneRps: medianOf(one, 'rps', '1/s'),
  };
  if (!hasRedis()) {
    const samples: Sample<'rps' | 'cpuUs'>[] = [];
    for (let round = 0; round < rounds; round++) samples.push(await ours());
    await writer.journal.close();
    say('redis-server is not installed: nothing to compare with');
    const [appendRps, appendCpuUs] = [
      medianOf(samples, 'rps', '1/s'),
      medianOf(samples, 'cpuUs', 'µs'),
    ];
    return { ...figures, appendRps, appendCpuUs };
  }
  const redis = await startRedis(folder);
  try {
    const load = { command: 'set', depth: 100, valueBytes: recordBytes } as const;
    const theirs = slicesOf([redis], load, seconds);
    await theirs();
    const turns = await measureInTurns<'rps' | 'cpuUs'>({ rounds, a: ours, b: theirs });
    return {
      ...figures,
      appendRps: medianOf(turns.a, 'rps', '1/s'),
      appendCpuUs: medianOf(turns.a, 'cpuUs', 'µs'),
      redisSetRps: medianOf(turns.b, 'rps', '1/s'),
      redisSetCpuUs: medianOf(turns.b, 'cpuUs', 'µs'),
      appendRpsToRedis: ratioOf(turns, 'rps', '× redis'),
      appendCpuToRedis: ratioOf(turns, 'cpuUs', '× redis'),
    };
  } finally {
    await writer.journal.close();
    await redis.stop();
  }
}

async function measureLoads(folder: string, { rounds, say }: BenchOptions): Promise<Figures> {
  say('loading a million records');
  const path = join(folder, 'loads');
  const writer = await Writer.open(path);
  await writer.write(Infinity, underWayMax, million);
  await writer.journal.close();
  const fromLog: Sample<'seconds' | 'cpuSeconds'>[] = [];
  for (let round = 0; round < rounds; round++) fromLog.push(await measureLoad(path));

  const again = await Writer.open(path);
  const startMs = performance.now();
  await again.journal.snapshot(records(million));
  const snapshotSeconds = (performance.now() - startMs) / 1_000;
  await again.journal.close();
  const fromSnapshot: Sample<'seconds' | 'cpuSeconds'>[] = [];
  for (let round = 0; round < rounds; round++) fromSnapshot.push(await measureLoad(path));
  return {
    loadMillionSeconds: medianOf(fromLog, 'seconds', 's'),
    loadMillionCpuSeconds: medianOf(fromLog, 'cpuSeconds', 's'),
    loadSnapshotMillionSeconds: medianOf(fromSnapshot, 'seconds', 's'),
    loadSnapshotMillionCpuSeconds: medianOf(fromSnapshot, 'cpuSeconds', 's'),
    snapshotMillionSeconds: { value: snapshotSeconds, unit: 's' },
  };
}

async function measureLoad(path: string): Promise<Sample<'seconds' | 'cpuSeconds'>> {
  const startMs = performance.now();
  const startCpu = process.cpuUsage();
  const { journal, recovery } = await Writer.open(path);
  const { user, system } = process.cpuUsage(startCpu);
  const seconds = (performance.now() - startMs) / 1_000;
  const count = recovery.logRecords + recovery.snapshotRecords;
  if (count !== million) throw new Error(`loaded ${count} records`);
  await journal.close();
  return { seconds, cpuSeconds: (user + system) / 1e6 };
}

/** Appends in a closed loop: a record that is durable makes room for another. */
class Writer {
  readonly journal: Journal;
  readonly recovery: Recovery;
  /** Called when records have become durable. */
  readonly #durable: { wake: () => void };

  private constructor(journal: Journal, recovery: Recovery, durable: { wake: () => void }) {
    this.journal = journal;
    this.recovery = recovery;
    this.#durable = durable;
  }

  static async open(path: string): Promise<Writer> {
    const { clock, timers, random } = createOutside();
    const fail = (fault: Error): void => {
      throw fault;
    };
    let loadedBytes = 0;
    const take = (_: Buffer, start: number, end: number): void => {
      loadedBytes += end - start;
    };
    const durable = { wake: (): void => {} };
    const { journal, recovery } = await openJournal({
      disk: await openDisk(path),
      clock,
      timers,
      random,
      durability: 'fsync',
      onDurable: () => durable.wake(),
      onFault: fail,
      loadSnapshot: take,
      loadRecord: take,
    });
    if (loadedBytes !== recordBytes * (recovery.logRecords + recovery.snapshotRecords)) {
      throw new Error(`loaded ${loadedBytes} bytes`);
    }
    return new Writer(journal, recovery, durable);
  }

  async write(ms: number, underWay: number, count = Infinity): Promise<Sample<'rps' | 'cpuUs'>> {
    const { journal } = this;
    const record = new Uint8Array(recordBytes).fill(7);
    const first = journal.stats.lastSequence;
    const startMs = performance.now();
    const startCpu = process.cpuUsage();
    let last = first;
    while (performance.now() - startMs < ms && last - first < count) {
      const woken = new Promise<void>((resolve) => (this.#durable.wake = resolve));
      while (last - journal.durableSequence < underWay && last - first < count) {
        last = journal.append(record);
      }
      await woken;
    }
    await journal.sync();
    const { user, system } = process.cpuUsage(startCpu);
    const rps = ((last - first) * 1_000) / (performance.now() - startMs);
    return { rps, cpuUs: (user + system) / (last - first) };
  }
}

async function* records(count: number): AsyncGenerator<Uint8Array> {
  const record = new Uint8Array(recordBytes).fill(7);
  await Promise.resolve();
  for (let index = 0; index < count; index++) yield record;
}
