import { startAtoll } from '../harness/atoll-server.ts';
import { readCpuMs } from '../harness/cpu-time.ts';
import type { BenchOptions, Figures } from '../harness/figures.ts';
import { medianOf, type Sample } from '../harness/in-turns.ts';
import { fill, million, untilKeys } from './keys.ts';

type Name = 'seconds' | 'bytes' | 'cpuSeconds' | 'sourceCpuSeconds';

/**
 * The start-up transfer: a fresh server joins one that has a million keys, both in memory; from its start to the line that says
 * that it is ready. The first time the server that has them fills the copy of its remote-sync actor besides.
 */
export async function measureJoin({ rounds, say }: BenchOptions): Promise<Figures> {
  const source = await startAtoll();
  try {
    await fill(source.targets[0]?.port ?? 0, 0, million);
    const samples: Sample<Name>[] = [];
    for (let round = 0; round <= rounds; round += 1) {
      say(`a server joins, number ${round + 1}`);
      const sourceMs = readCpuMs(source.pid);
      const joiner = await startAtoll({ join: source.description });
      try {
        await untilKeys(joiner, million);
        const bytes = await joiner.metric('atoll_actor_remote_received_bytes_total');
        samples.push({
          seconds: joiner.startSeconds,
          bytes: bytes / million,
          cpuSeconds: readCpuMs(joiner.pid) / 1_000,
          sourceCpuSeconds: (readCpuMs(source.pid) - sourceMs) / 1_000,
        });
      } finally {
        await joiner.stop();
      }
    }
    const [first, ...later] = samples;
    return {
      joinMillionSeconds: medianOf(later, 'seconds', 's'),
      ...(first === undefined
        ? {}
        : { joinFirstMillionSeconds: medianOf([first], 'seconds', 's') }),
      joinBytesPerKey: medianOf(later, 'bytes', 'bytes'),
      joinCpuSeconds: medianOf(later, 'cpuSeconds', 's'),
      joinSourceCpuSeconds: medianOf(later, 'sourceCpuSeconds', 's'),
    };
  } finally {
    await source.stop();
  }
}
