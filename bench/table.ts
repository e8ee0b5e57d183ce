import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import type { BenchOptions, Figures } from './harness/figures.ts';
import { measureInTurns, medianOf, ratioOf, type Measure } from './harness/in-turns.ts';
import type { SampleName } from './table/sample.ts';

const sampleProgram = fileURLToPath(new URL('table/sample.js', import.meta.url));

const units: Readonly<Record<SampleName, string>> = {
  newUs: 'µs',
  newP9999Us: 'µs',
  newMaxUs: 'µs',
  newWorst64CpuUs: 'µs',
  getNs: 'ns',
  setNs: 'ns',
  listPageUs: 'µs',
  bytesPerKey: 'bytes',
  collectionMs: 'ms',
};

/**
 * What do the two tables of keys cost: an operation, the worst new key while the table grows, a page of a
 * hundred keys, memory, and the collector's walk? Ratios are the arena's to the Map's.
 */
export async function run({ rounds, seconds, say }: BenchOptions): Promise<Figures> {
  const figures: Record<string, Figures[string]> = {};
  for (const [name, count] of [
    ['100k', 100_000],
    ['1m', 1_000_000],
  ] as const) {
    say(`${name} keys`);
    const a = measure('arena', count, seconds * 200);
    const b = measure('map', count, seconds * 200);
    const turns = await measureInTurns({ rounds, a, b });
    for (const [sample, unit] of Object.entries(units) as [SampleName, string][]) {
      figures[`arena${name}.${sample}`] = medianOf(turns.a, sample, unit);
      figures[`map${name}.${sample}`] = medianOf(turns.b, sample, unit);
      figures[`ratio${name}.${sample}`] = ratioOf(turns, sample, '× Map');
    }
  }
  return figures;
}

function measure(kind: 'arena' | 'map', count: number, ms: number): Measure<SampleName> {
  return async () => {
    const args = ['--expose-gc', sampleProgram, kind, String(count), String(ms)];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    return JSON.parse(stdout) as Record<SampleName, number>;
  };
}
