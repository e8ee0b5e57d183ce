import type { BenchOptions, Figures } from '../harness/figures.ts';
import { medianOf, type Sample } from '../harness/in-turns.ts';
import { withRing } from './ring-process.ts';

const holders = 4;
const writesPerSecond = 500;

/** How long a write takes whose key four live clients hold leases of: each is asked first, and all have answered. */
export function measureStall({ rounds, seconds, say }: BenchOptions): Promise<Figures> {
  say('writes of a leased key');
  return withRing(async ({ open }) => {
    const writer = await open('never');
    const readers = await Promise.all(Array.from({ length: holders }, () => open('always')));
    const slice = async (): Promise<Sample<'p50Ms' | 'p99Ms'>> => {
      const tookMs: number[] = [];
      for (let write = 0; write < writesPerSecond * seconds; write += 1) {
        await Promise.all(readers.map((reader) => reader.get('celebrity:head')));
        const startMs = performance.now();
        await writer.put('celebrity:head', `${write}`);
        tookMs.push(performance.now() - startMs);
      }
      tookMs.sort((a, b) => a - b);
      const at = (part: number): number => tookMs[Math.floor(tookMs.length * part)] ?? 0;
      return { p50Ms: at(0.5), p99Ms: at(0.99) };
    };
    await slice();
    const samples: Sample<'p50Ms' | 'p99Ms'>[] = [];
    for (let round = 0; round < rounds; round += 1) samples.push(await slice());
    const revocations = readers.reduce((sum, reader) => sum + reader.statistics().revocations, 0);
    await Promise.all([writer, ...readers].map((store) => store.close()));
    const writes = (rounds + 1) * writesPerSecond * seconds;
    return {
      writeStallP99Ms: medianOf(samples, 'p99Ms', 'ms'),
      writeStallP50Ms: medianOf(samples, 'p50Ms', 'ms'),
      writeStallRevocations: { value: revocations / writes, unit: 'a write' },
    };
  });
}
