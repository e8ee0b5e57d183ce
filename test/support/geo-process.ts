import { Redis } from 'ioredis';
import { AtollProcess, type AtollOptions, type AtollOutcome } from './atoll.ts';
import { findPorts } from './free-ports.ts';
import { readyLine, ServerProcess } from './server-process.ts';

interface Ready {
  readonly description: string;
  readonly id: string;
  readonly incarnation: number;
  readonly queryPorts: readonly number[];
  readonly adminPort: number;
}

export interface GeoProcessOptions extends AtollOptions {
  /** The folder of its data. */
  readonly data?: string;
  readonly actors?: number;
  /** The port of its system, which query ports follow; 0, the default, takes free ones. */
  readonly port?: number;
  readonly join?: readonly string[];
  readonly arguments?: readonly string[];
}

/** `atoll geo` in a process of its own. */
export class GeoProcess extends ServerProcess<Ready> {
  readonly options: GeoProcessOptions;

  /** Resolves when it answers. Fails with its last words if it ends instead. */
  static async start(options: GeoProcessOptions = {}): Promise<GeoProcess> {
    const atoll = launch(options);
    return new GeoProcess(atoll, options, await readyLine(atoll));
  }

  /** Runs one that is expected not to start, to its end. */
  static async fail(options: GeoProcessOptions): Promise<AtollOutcome> {
    const atoll = launch(options);
    void atoll.said('stdout', '\n').then(() => atoll.child.kill('SIGKILL'));
    return await atoll.end();
  }

  private constructor(atoll: AtollProcess, options: GeoProcessOptions, ready: Ready) {
    super(atoll, ready);
    this.options = options;
  }

  get description(): string {
    return this.ready.description;
  }

  get ports(): readonly number[] {
    return this.ready.queryPorts;
  }

  /** The port of its first query actor. */
  get port(): number {
    return this.ready.queryPorts[0] ?? 0;
  }

  /** Starts it again with its data, at its ports. Requires: it was given a port, and has ended. */
  async restart(options: GeoProcessOptions = {}): Promise<GeoProcess> {
    return await GeoProcess.start({ ...this.options, ...options });
  }
}

function launch({
  data,
  actors = 1,
  port = 0,
  join = [],
  ...rest
}: GeoProcessOptions): AtollProcess {
  const own = ['--port', String(port), '--admin-port', '0', '--actors', String(actors), '--json'];
  const dataArguments = data === undefined ? [] : ['--data', data];
  const joins = join.flatMap((description) => ['--join', description]);
  return new AtollProcess(
    ['geo', ...own, ...dataArguments, ...joins, ...(rest.arguments ?? [])],
    rest,
  );
}

/** A port for a server that may come back: those of its actors behind it are free too. */
export async function findServerPort(actors: number): Promise<number> {
  return await findPorts(actors + 1);
}

/** All that a query port has under a prefix, page by page. */
export async function readAll(port: number, prefix = ''): Promise<Map<string, string>> {
  const redis = new Redis(port, '127.0.0.1');
  redis.on('error', () => undefined);
  const found = new Map<string, string>();
  try {
    for (let cursor = ''; ;) {
      const from = cursor === '' ? [] : ['CURSOR', cursor];
      const reply = await redis.call('LIST', prefix, ...from, 'LIMIT', '10000');
      const [next, pairs] = reply as [string, string[]];
      for (let i = 0; i < pairs.length; i += 2) found.set(pairs[i] ?? '', pairs[i + 1] ?? '');
      if (next === '') return found;
      cursor = next;
    }
  } finally {
    redis.disconnect();
  }
}

/** In what two copies differ first; undefined: they are equal. */
export function differenceOf(
  one: ReadonlyMap<string, string>,
  other: ReadonlyMap<string, string>,
): string | undefined {
  for (const [key, value] of one) {
    const there = other.get(key);
    if (there !== value) return `${key}: ${short(value)} and ${short(there)}`;
  }
  for (const key of other.keys()) if (!one.has(key)) return `${key}: only there`;
  return undefined;
}

function short(value: string | undefined): string {
  return value === undefined ? 'nothing' : value.slice(0, 40);
}
