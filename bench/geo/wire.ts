import { startAtoll, type AtollServer } from '../harness/atoll-server.ts';
import type { BenchOptions, Figures } from '../harness/figures.ts';
import { summarize } from '../harness/in-turns.ts';
import { fill, keyBytes, sleep, untilKeys, valueBytes } from './keys.ts';

const puts = 200_000;
const received = 'atoll_actor_remote_received_bytes_total';

/**
 * What a Put costs between two servers, in bytes of messages: puts of distinct keys, as fast as one server takes them, and what
 * the other one has received when it has all of them; and what goes back for it. Payload: key and value.
 */
export async function measureWire({ rounds, say }: BenchOptions): Promise<Figures> {
  say('bytes between servers');
  const source = await startAtoll();
  let target: AtollServer | undefined;
  try {
    target = await startAtoll({ join: source.description });
    const port = source.targets[0]?.port ?? 0;
    const there: number[] = [];
    const back: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const before = [await target.metric(received), await source.metric(received)] as const;
      await fill(port, round * puts, puts);
      await untilKeys(target, (round + 1) * puts);
      // The last confirmation is a part of the price.
      await sleep(1_000);
      there.push(((await target.metric(received)) - before[0]) / puts);
      back.push(((await source.metric(received)) - before[1]) / puts);
    }
    return {
      wireBytesPerPut: summarize(there, 'bytes'),
      wireBytesPerPutBack: summarize(back, 'bytes'),
      wirePayloadBytes: { value: keyBytes + valueBytes, unit: 'bytes' },
    };
  } finally {
    await target?.stop();
    await source.stop();
  }
}
