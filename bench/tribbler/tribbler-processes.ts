import { fileURLToPath } from 'node:url';

import { createOutside } from '../../src/platform/outside.ts';
import { argon2Hasher } from '../../src/platform/password-hasher.ts';
import { RingLibstore, type LeaseMode } from '../../src/ring/libstore/ring-libstore.ts';
import { Accounts } from '../../src/tribbler/server/accounts.ts';
import { Service } from '../../src/tribbler/server/service.ts';
import { startServer, type ServerProcess } from '../harness/server-process.ts';

/** An application server without HTTP, in this process. */
export interface OwnServer {
  readonly store: RingLibstore;
  readonly service: Service;
  readonly accounts: Accounts;
}

/** A ring of two nodes and an application server, in processes of their own, as an operator would start them. */
export interface TribblerProcesses {
  readonly httpPort: number;
  readonly tribblerPid: number;
  readonly ringPid: number;
  readonly open: (leases: LeaseMode) => Promise<OwnServer>;
}

const main = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));

/**
 * Starts them, uses them, and ends them whatever happens. With `BENCH_CPU_PROF` set to a folder, each thread leaves a CPU
 * profile there at its end.
 */
export async function withTribbler<Result>(
  use: (processes: TribblerProcesses) => Promise<Result>,
): Promise<Result> {
  const started: ServerProcess[] = [];
  try {
    const ring = await startAtoll('ring --actors 2 --port 0 --admin-port 0 --json');
    started.push(ring);
    const { ports } = JSON.parse(ring.readyLine) as { readonly ports: readonly number[] };
    const at = { host: '127.0.0.1', port: ports[0] ?? 0 };
    const tribbler = await startAtoll(
      `tribbler --ring 127.0.0.1:${at.port} --http-port 0 --admin-port 0 --json`,
    );
    started.push(tribbler);
    const { httpPort } = JSON.parse(tribbler.readyLine) as { readonly httpPort: number };
    const open = async (leases: LeaseMode): Promise<OwnServer> => {
      const outside = createOutside({ log: { level: 'error' } });
      const store = await RingLibstore.connect({ outside, coordinator: at, leases });
      const service = new Service({ store, ...outside });
      const { users } = service;
      const accounts = new Accounts({ store, users, hasher: argon2Hasher, ...outside });
      return { store, service, accounts };
    };
    return await use({ httpPort, tribblerPid: tribbler.pid, ringPid: ring.pid, open });
  } finally {
    for (const { stop } of started.toReversed()) await stop();
  }
}

function startAtoll(words: string): Promise<ServerProcess> {
  const profiles = process.env['BENCH_CPU_PROF'];
  const profiling = profiles === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profiles}`];
  return startServer({
    program: process.execPath,
    args: [...profiling, main, ...words.split(' ')],
  });
}
