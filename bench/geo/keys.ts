import type { AtollServer } from '../harness/atoll-server.ts';
import { RawSocket } from './socket.ts';

export const million = 1_000_000;
export const keyBytes = 16;
export const valueBytes = 64;
/** `+OK`, the reply to SET. */
export const okBytes = 5;

const batch = 1_000;
const keysDeadlineMs = 60_000;

/** Key `number`, as redis-benchmark names keys. */
export function keyOf(number: number): string {
  return `key:${String(number).padStart(keyBytes - 4, '0')}`;
}

export function setCommand(number: number): string {
  return `*3\r\n$3\r\nSET\r\n$${keyBytes}\r\n${keyOf(number)}\r\n$${valueBytes}\r\n${value}\r\n`;
}

/** Writes keys `from` … `from + count`, each once, as fast as they are taken. */
export async function fill(port: number, from: number, count: number): Promise<void> {
  const socket = await RawSocket.open(port);
  for (let number = from; number < from + count; number += batch) {
    const size = Math.min(batch, from + count - number);
    const commands = Array.from({ length: size }, (_, index) => setCommand(number + index));
    // One batch is executed while the next one is on its way.
    if (socket.missing > batch * okBytes) await socket.drain();
    socket.send(Buffer.from(commands.join(''), 'latin1'), size * okBytes);
  }
  await socket.drain();
  socket.close();
}

/** Waits until every query port has so many keys; throws if they do not come. */
export async function untilKeys(server: AtollServer, count: number): Promise<void> {
  const all = count * server.targets.length;
  const endMs = performance.now() + keysDeadlineMs;
  for (;;) {
    const keys = await server.metric('atoll_geo_keys');
    if (keys >= all) return;
    if (performance.now() > endMs) throw new Error(`of ${all} keys ${keys} are there`);
    await sleep(20);
  }
}

/** Waits until the other servers have confirmed everything, and says how long that took. */
export async function untilConfirmed(servers: readonly AtollServer[]): Promise<number> {
  const startMs = performance.now();
  for (const server of servers) {
    while ((await server.metric('atoll_geo_dirty_keys')) > 0) {
      if (performance.now() > startMs + keysDeadlineMs) throw new Error('servers do not agree');
      await sleep(100);
    }
  }
  return (performance.now() - startMs) / 1_000;
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

const value = 'v'.repeat(valueBytes);
