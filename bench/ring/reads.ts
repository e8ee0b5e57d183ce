import { setImmediate as turn } from 'node:timers/promises';
import type { RingLibstore } from '../../src/ring/libstore/ring-libstore.ts';
import type { BenchOptions, Figures } from '../harness/figures.ts';
import { measureInTurns, medianOf, ratioOf, type Sample } from '../harness/in-turns.ts';
import { withRing } from './ring-process.ts';

const keys: readonly string[] = Array.from({ length: 100 }, (_, i) => `user-${i}:head`);

/**
 * Reads that a copy answers, one awaited after another, of 100 keys: per second of CPU time, since other programs share the
 * machine, and per second that passed.
 */
export function measureCached({ rounds, seconds, say }: BenchOptions): Promise<Figures> {
  say('reads from a copy');
  return withRing(async ({ open }) => {
    const store = await open('always');
    for (const key of keys) await store.put(key, 'hello');
    const samples: ReadSample[] = [];
    await readFor([store], keys, seconds * 1_000);
    for (let round = 0; round < rounds; round += 1) {
      samples.push(await readFor([store], keys, seconds * 1_000));
    }
    await store.close();
    return {
      cachedGetPerSecond: medianOf(samples, 'perCpuSecond', '1/s of CPU'),
      cachedGetPerWallSecond: medianOf(samples, 'perSecond', '1/s'),
    };
  });
}

/** A key that four clients read all the time, with leases and without, in turns. */
export function measureHotKey({ rounds, seconds, say }: BenchOptions): Promise<Figures> {
  say('a hot key, with leases and without');
  return withRing(async ({ open }) => {
    const key = 'celebrity:head';
    const [leased, plain] = await Promise.all(
      (['normal', 'never'] as const).map((mode) =>
        Promise.all(Array.from({ length: 4 }, () => open(mode))),
      ),
    );
    if (leased === undefined || plain === undefined) throw new Error('there are two sides');
    await plain[0]?.put(key, 'hello');
    const ms = seconds * 1_000;
    const a = (): Promise<ReadSample> => readFor(leased, [key], ms);
    const b = (): Promise<ReadSample> => readFor(plain, [key], ms);
    for (const warmUp of [a, b]) await warmUp();
    const turns = await measureInTurns({ rounds, a, b });
    await Promise.all([...leased, ...plain].map((store) => store.close()));
    return {
      hotKeySpeedup: ratioOf(turns, 'perSecond', '× without leases'),
      hotKeyLeasedPerSecond: medianOf(turns.a, 'perSecond', '1/s'),
      hotKeyPlainPerSecond: medianOf(turns.b, 'perSecond', '1/s'),
    };
  });
}

type ReadSample = Sample<'perSecond' | 'perCpuSecond'>;

/** Each store reads one key after the other until the time is over. */
async function readFor(
  stores: readonly RingLibstore[],
  of: readonly string[],
  ms: number,
): Promise<ReadSample> {
  const startMs = performance.now();
  const startCpu = process.cpuUsage();
  const counts = await Promise.all(stores.map((store) => readLoop(store, of, startMs + ms)));
  const { user, system } = process.cpuUsage(startCpu);
  const count = counts.reduce((sum, each) => sum + each, 0);
  return {
    perSecond: (count * 1_000) / (performance.now() - startMs),
    perCpuSecond: (count * 1_000_000) / (user + system),
  };
}

async function readLoop(
  store: RingLibstore,
  of: readonly string[],
  endMs: number,
): Promise<number> {
  let count = 0;
  while (performance.now() < endMs) {
    for (const key of of) {
      for (let i = 0; i < 10; i += 1) await store.get(key);
    }
    count += of.length * 10;
    // Copies answer without a turn of the event loop: revocations and timers must come in between.
    if (count % 1_000 === 0) await turn();
  }
  return count;
}
