import { execFileSync } from 'node:child_process';
import { freePort } from './free-port.ts';
import type { Target } from './redis-benchmark.ts';
import { startServer } from './server-process.ts';

export interface RedisServer extends Target {
  readonly stop: () => Promise<void>;
}

/** Starts redis-server: in memory, or with `appendfsync always` and its files in `folder`. */
export async function startRedis(folder?: string): Promise<RedisServer> {
  const port = await freePort();
  const keeping =
    folder === undefined
      ? ['--appendonly', 'no']
      : ['--appendonly', 'yes', '--appendfsync', 'always', '--dir', folder];
  const server = await startServer({
    program: 'redis-server',
    args: ['--port', String(port), '--save', '', ...keeping],
    isReady: (line) => line.includes('Ready to accept connections'),
  });
  return { port, pid: server.pid, stop: () => server.stop() };
}

/** Whether there is a redis-server to compare with. */
export function hasRedis(): boolean {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
