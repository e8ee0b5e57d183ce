import { fileURLToPath } from 'node:url';
import type { HostPort } from '../../src/core/network.ts';
import { createOutside } from '../../src/platform/outside.ts';
import { RingLibstore, type LeaseMode } from '../../src/ring/libstore/ring-libstore.ts';
import type { Target } from '../harness/redis-benchmark.ts';
import { startServer } from '../harness/server-process.ts';

/** A ring of one node in a process of its own. */
export interface RingProcess {
  readonly at: HostPort;
  readonly targets: readonly Target[];
  /** A Libstore in this process. */
  readonly open: (leases: LeaseMode) => Promise<RingLibstore>;
  readonly stop: () => Promise<void>;
}

const program = fileURLToPath(new URL('node.js', import.meta.url));

/** With `BENCH_CPU_PROF` set to a folder, each thread leaves a CPU profile there at its end. */
export async function startRing(): Promise<RingProcess> {
  const profiles = process.env['BENCH_CPU_PROF'];
  const { pid, readyLine, stop } = await startServer({
    program: process.execPath,
    args: [
      ...(profiles === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profiles}`]),
      program,
    ],
  });
  const { port } = JSON.parse(readyLine) as { readonly port: number };
  const at = { host: '127.0.0.1', port };
  return {
    at,
    targets: [{ port, pid }],
    open: (leases) => RingLibstore.connect({ outside: createOutside(), coordinator: at, leases }),
    stop,
  };
}

/** Starts a ring, uses it, and ends it whatever happens. */
export async function withRing<Result>(
  use: (ring: RingProcess) => Promise<Result>,
): Promise<Result> {
  const ring = await startRing();
  try {
    return await use(ring);
  } finally {
    await ring.stop();
  }
}
