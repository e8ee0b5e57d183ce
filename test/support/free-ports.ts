import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the range from which the system hands out ports by itself. */
const firstPort = 12_000;
const lastPort = 31_000;

/** The first of so many ports in a row that nobody listens on, for servers that have to come back where they were. */
export async function findPorts(count: number): Promise<number> {
  for (;;) {
    const first = firstPort + Math.floor(Math.random() * (lastPort - firstPort - count));
    const ports = Array.from({ length: count }, (_, index) => first + index);
    const areFree = await Promise.all(ports.map((port) => isFree(port)));
    if (areFree.every(Boolean)) return first;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
