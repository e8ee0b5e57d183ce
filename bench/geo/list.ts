import { startAtoll } from '../harness/atoll-server.ts';
import { readCpuMs } from '../harness/cpu-time.ts';
import type { BenchOptions, Figures } from '../harness/figures.ts';
import { medianOf, summarize, type Sample } from '../harness/in-turns.ts';
import { fill, keyBytes, keyOf, million, valueBytes } from './keys.ts';
import { RawSocket } from './socket.ts';

const pageEntries = 100;
const depth = 16;
const bulk = (length: number): number => `$${length}\r\n`.length + length + 2;
/** `*2`, the cursor, `*200`, and the pairs: all keys have the same length, and all values. */
const replyBytes = 4 + bulk(keyBytes) + 6 + pageEntries * (bulk(keyBytes) + bulk(valueBytes));

/**
 * LIST of 100 of a million keys, from places by chance: the server's CPU time for a page with 16 pages in flight, where the
 * network has the least part in it, and with one; and what a client waits that asks for one after the other, which is mostly
 * the way there and back.
 */
export async function measureList({ rounds, seconds, say }: BenchOptions): Promise<Figures> {
  say('LIST of 100 of a million keys');
  const server = await startAtoll();
  try {
    const [target] = server.targets;
    if (target === undefined) throw new Error('a server has a query port');
    await fill(target.port, 0, million);
    const socket = await RawSocket.open(target.port);
    const slice = (inFlight: number): Promise<PageSample> =>
      listFor(socket, server.pid, inFlight, seconds * 1_000);
    // Warm before it counts.
    for (const inFlight of [depth, 1]) await slice(inFlight);
    const deep: PageSample[] = [];
    const single: PageSample[] = [];
    for (let round = 0; round < rounds; round += 1) {
      deep.push(await slice(depth));
      single.push(await slice(1));
    }
    socket.close();
    return {
      listPageUs: medianOf(deep, 'cpuUs', 'µs'),
      listPageAloneCpuUs: medianOf(single, 'cpuUs', 'µs'),
      listPageP50Us: medianOf(single, 'p50Us', 'µs'),
    };
  } finally {
    await server.stop();
  }
}

type PageSample = Sample<'cpuUs' | 'p50Us'>;

async function listFor(
  socket: RawSocket,
  pid: number,
  inFlight: number,
  ms: number,
): Promise<PageSample> {
  const latenciesUs: number[] = [];
  let pages = 0;
  const startCpuMs = readCpuMs(pid);
  const endMs = performance.now() + ms;
  for (;;) {
    const startMs = performance.now();
    if (startMs > endMs) break;
    socket.send(
      Buffer.from(Array.from({ length: inFlight }, pageCommand).join('')),
      inFlight * replyBytes,
    );
    await socket.drain();
    latenciesUs.push((performance.now() - startMs) * 1_000);
    pages += inFlight;
  }
  const cpuUs = ((readCpuMs(pid) - startCpuMs) * 1_000) / pages;
  return { cpuUs, p50Us: summarize(latenciesUs, 'µs').value };
}

/** A page somewhere that has another one behind it. */
function pageCommand(): string {
  const after = keyOf(Math.floor(Math.random() * (million - 2 * pageEntries)));
  return `*6\r\n$4\r\nLIST\r\n$4\r\nkey:\r\n$6\r\nCURSOR\r\n$16\r\n${after}\r\n$5\r\nLIMIT\r\n$3\r\n100\r\n`;
}
