import type { RingProcessReady } from '../../src/cli/ring-process.ts';
import { AtollProcess, type AtollOptions, type AtollOutcome } from './atoll.ts';
import { findPorts } from './free-ports.ts';
import { readyLine, ServerProcess } from './server-process.ts';

export interface RingProcessOptions extends AtollOptions {
  /** The folder of its data. */
  readonly data?: string;
  readonly nodes?: number;
  /** The port of its first node; 0, the default, takes free ones. */
  readonly port?: number;
  /** The first port of the coordinator. */
  readonly coordinator?: number;
  /** How many servers the ring has: for the coordinator. */
  readonly servers?: number;
  readonly virtualIds?: readonly number[];
  readonly leaseMs?: number;
  readonly leaseGuardMs?: number;
  readonly arguments?: readonly string[];
}

/** `atoll ring` in a process of its own. */
export class RingProcess extends ServerProcess<RingProcessReady> {
  readonly options: RingProcessOptions;

  /** Resolves when the ring is complete. Fails with its last words if it ends instead. */
  static async start(options: RingProcessOptions = {}): Promise<RingProcess> {
    const atoll = launchRing(options);
    return new RingProcess(atoll, options, await readyLine(atoll));
  }

  /** Several servers as one ring: the first is the coordinator. Each is given a port, so that it may come back. */
  static async startAll(
    servers: readonly RingProcessOptions[],
  ): Promise<readonly [RingProcess, ...RingProcess[]]> {
    const nodes = servers.map((options) => options.nodes ?? 1);
    const first = await findPorts(nodes.reduce((sum, count) => sum + count, 0));
    let next = first;
    const started = await Promise.all(
      servers.map((options, index) => {
        const port = next;
        next += nodes[index] ?? 1;
        const role = index === 0 ? { servers: servers.length } : { coordinator: first };
        return RingProcess.start({ ...options, port, ...role });
      }),
    );
    return started as unknown as readonly [RingProcess, ...RingProcess[]];
  }

  /** Runs one that is expected not to start, to its end. */
  static async fail(options: RingProcessOptions): Promise<AtollOutcome> {
    const atoll = launchRing(options);
    void atoll.said('stdout', '\n').then(() => atoll.child.kill('SIGKILL'));
    return await atoll.end();
  }

  private constructor(atoll: AtollProcess, options: RingProcessOptions, ready: RingProcessReady) {
    super(atoll, ready);
    this.options = options;
  }

  /** Of its first node. */
  get port(): number {
    return this.ready.ports[0] ?? 0;
  }

  /** For `--ring`. */
  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Starts it again with its data, at its ports. Requires: it was given a port, or has no need of one; it has ended. */
  async restart(options: RingProcessOptions = {}): Promise<RingProcess> {
    return await RingProcess.start({ ...this.options, ...options });
  }
}

/** Begins one without waiting for it. */
export function launchRing(options: RingProcessOptions): AtollProcess {
  const {
    data,
    nodes,
    port = 0,
    coordinator,
    servers,
    virtualIds,
    leaseMs,
    leaseGuardMs,
  } = options;
  const named: readonly (readonly [name: string, value: string | number | undefined])[] = [
    ['--port', port],
    ['--admin-port', 0],
    ['--actors', nodes],
    ['--data', data],
    ['--coordinator', coordinator === undefined ? undefined : `127.0.0.1:${coordinator}`],
    ['--servers', servers],
    ['--virtual-ids', virtualIds?.join()],
    ['--lease-ms', leaseMs],
    ['--lease-guard-ms', leaseGuardMs],
  ];
  const words = named.flatMap(([name, value]) =>
    value === undefined ? [] : [name, String(value)],
  );
  return new AtollProcess(['ring', '--json', ...words, ...(options.arguments ?? [])], options);
}
