import { createOutside } from '../platform/outside.ts';
import { AtollError } from '../core/errors.ts';
import { AdminServer } from './admin-server.ts';
import { keepNodeCount, readNodeCount } from './ring/node-count.ts';
import { RingLife, type RingReady } from './ring/ring-life.ts';
import {
  checkNodes,
  checkRingOptions,
  type RingProcessOptions,
} from './ring/ring-process-options.ts';
import { untilStopped } from './stop-signals.ts';

/** Where an operator reaches the server, with what it says of itself when it is ready. */
export interface RingProcessReady extends RingReady {
  readonly adminPort: number;
}

/**
 * Runs a server of the ring in this process until a signal: its nodes and an admin port. `announce` is called once the ring is
 * complete; the admin port answers before that, so that whoever waits can see for what.
 */
export async function runRingProcess(
  options: RingProcessOptions,
  announce: (ready: RingProcessReady) => Promise<void>,
): Promise<void> {
  checkRingOptions(options);
  const nodeCount = await chooseNodeCount(options);
  checkNodes(options, nodeCount);
  const { host, adminPort, data } = options;
  const stopped = untilStopped();
  const life = new RingLife(options, nodeCount, createOutside());
  const admin = await AdminServer.listen({ host, port: adminPort }, life);
  try {
    if (data !== undefined) await keepNodeCount(data, nodeCount);
    await life.run(stopped, (ready) => announce({ ...ready, adminPort: admin.port }));
  } finally {
    await admin.close();
  }
}

/** Rejects with `USAGE` if the data is that of more nodes, or of fewer. */
async function chooseNodeCount({ data, actors }: RingProcessOptions): Promise<number> {
  const kept = data === undefined ? undefined : await readNodeCount(data);
  if (kept === undefined || actors === undefined || actors === kept) return kept ?? actors ?? 1;
  const text = `${String(data)} has the data of ${kept === 1 ? 'one node' : `${kept} nodes`}, and --actors is ${actors}: a ring keeps its nodes`;
  throw new AtollError('USAGE', text);
}
