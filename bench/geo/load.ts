import { join } from 'node:path';
import { startAtoll } from '../harness/atoll-server.ts';
import { readCpuMs } from '../harness/cpu-time.ts';
import type { BenchOptions, Figure, Figures } from '../harness/figures.ts';
import { medianOf, type Sample } from '../harness/in-turns.ts';
import { fill, million, untilKeys } from './keys.ts';

/**
 * How long a server with a million keys takes from its start to the line that says that it is ready: after the keys were
 * written once, when a part of them is in a snapshot and the rest in the log; and after they were written twice.
 */
export async function measureLoading(folder: string, options: BenchOptions): Promise<Figures> {
  let figures: Figures = {};
  for (const [actors, name] of [
    [1, ''],
    [2, 'TwoActors'],
  ] as const) {
    const data = join(folder, `load-${actors}`);
    for (const state of ['', 'Again']) {
      options.say(`loading a million keys, ${actors} query actors${state && ', written twice'}`);
      await write(data, actors);
      const samples: Sample<'seconds' | 'cpuSeconds'>[] = [];
      for (let round = 0; round < options.rounds; round += 1)
        samples.push(await load(data, actors));
      figures = {
        ...figures,
        [`loadMillion${state}${name}Seconds`]: medianOf(samples, 'seconds', 's'),
        [`loadMillion${state}${name}CpuSeconds`]: medianOf(samples, 'cpuSeconds', 's'),
      };
    }
  }
  return { ...figures, loadNothingSeconds: await nothing() };
}

async function write(data: string, actors: number): Promise<void> {
  const server = await startAtoll({ data, actors });
  await fill(server.targets[0]?.port ?? 0, 0, million);
  await server.stop();
}

async function load(data: string, actors: number): Promise<Sample<'seconds' | 'cpuSeconds'>> {
  const server = await startAtoll({ data, actors });
  const cpuSeconds = readCpuMs(server.pid) / 1_000;
  await untilKeys(server, million);
  await server.stop();
  return { seconds: server.startSeconds, cpuSeconds };
}

/** What a start takes by itself. */
async function nothing(): Promise<Figure> {
  const server = await startAtoll();
  await server.stop();
  return { value: server.startSeconds, unit: 's' };
}
