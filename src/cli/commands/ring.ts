import { Command, InvalidArgumentError, Option } from 'commander';

import { ringLimits } from '../../core/limits.ts';
import type { Durability } from '../../ring/server/ring-options.ts';
import { ringAdminDefault } from '../admin-option.ts';
import { writeJsonLine, writeOut } from '../output.ts';
import { runRingProcess, type RingProcessReady } from '../ring-process.ts';
import { keepingWords } from '../server-process-options.ts';
import { wholeNumber } from '../whole-number.ts';
import { ringLeasesCommand } from './ring-leases.ts';
import { ringStatusCommand } from './ring-status.ts';

/** A thread each: more gain nothing. */
const actorsMax = 64;
/** Longer than any Libstore would wait for a write. */
const termMsMax = 600_000;

interface RingOptions {
  readonly host: string;
  readonly port: number;
  readonly adminPort: number;
  readonly coordinator?: string;
  readonly servers?: number;
  readonly virtualIds?: readonly number[];
  readonly actors?: number;
  readonly data?: string;
  readonly durability?: Durability;
  readonly leaseMs: number;
  readonly leaseGuardMs: number;
  readonly quarantine?: boolean;
  readonly json?: boolean;
}

const examples = `
Node i listens on --port + i, 7400 for the first one. A ring of two servers:
  $ atoll ring --servers 2
  $ atoll ring --port 7500 --admin-port 7801 --coordinator 127.0.0.1:7400
  $ atoll ls put heather:head hello

SIGTERM and Ctrl-C end the server in order, a second one at once.`;

/** `atoll ring`: a server of the ring in this process, until it is told to stop. */
export function ringCommand(): Command {
  const portNumber = wholeNumber({ min: 0, max: 65_535 });
  const term = wholeNumber({ min: 1, max: termMsMax });
  return new Command('ring')
    .addCommand(ringStatusCommand())
    .addCommand(ringLeasesCommand())
    .description('run a server of the ring store: it speaks the Redis protocol, and owns its keys')
    .option('--host <address>', 'listen here; only this machine may reach it', '127.0.0.1')
    .option('--port <port>', 'of the first node; 0 takes free ports for all', portNumber, 7_400)
    .option(
      '--actors <count>',
      'nodes: storage actors, each with a thread, a port and keys of its own (default: as many as --data has, or 1)',
      wholeNumber({ min: 1, max: actorsMax }),
    )
    .option('--admin-port <port>', 'for operators: /readyz, /metrics, /status', portNumber, 7_800)
    .option(
      '--coordinator <host:port>',
      'the first node of the server that the others register with (default: this one is it)',
    )
    .option(
      '--servers <count>',
      'how many servers the ring has, told to the coordinator (default: 1)',
      wholeNumber({ min: 1, max: ringLimits.nodesMax }),
    )
    .option(
      '--virtual-ids <list>',
      'places on the ring, 0 to 4294967295, with commas, dealt out over the nodes in turn (default: drawn)',
      virtualIds,
    )
    .option('--data <folder>', 'keep everything in this folder, so that it outlives the process')
    .addOption(
      new Option(
        '--durability <level>',
        'when a write is acknowledged (default: fsync with --data)',
      ).choices(['fsync', 'interval', 'memory']),
    )
    .option('--lease-ms <ms>', 'how long a client may use a copy', term, ringLimits.leaseMs)
    .option(
      '--lease-guard-ms <ms>',
      'how much longer its owner waits: for clocks that run apart',
      term,
      ringLimits.leaseGuardMs,
    )
    .option('--quarantine', 'set damaged files of the data folder aside and go on with the rest')
    .option('--json', 'say that it is ready in one JSON line')
    .addHelpText('after', examples)
    .action(run);
}

function run({ json, quarantine, leaseMs, leaseGuardMs, ...options }: RingOptions): Promise<void> {
  const isPlain = json === true;
  return runRingProcess(
    {
      ...blank,
      ...options,
      terms: { leaseMs, guardMs: leaseGuardMs },
      onCorrupt: quarantine === true ? 'quarantine' : 'refuse',
      saysPlainly: isPlain,
    },
    (ready) =>
      isPlain
        ? writeJsonLine({ event: 'ready', ...ready })
        : writeOut(readyText(options.host, ready)),
  );
}

/** What may be left out. */
const blank = {
  actors: undefined,
  coordinator: undefined,
  servers: undefined,
  virtualIds: undefined,
  data: undefined,
  durability: undefined,
} as const;

function readyText(host: string, ready: RingProcessReady): string {
  const { ports, nodes, epoch, adminPort, durability } = ready;
  const isUsual = host === '127.0.0.1' || host === 'localhost';
  const at = host.includes(':') ? `[${host}]` : host;
  const [port = 0] = ports;
  const ring = `${at}:${port}` === '127.0.0.1:7400' ? '' : ` --ring ${at}:${port}`;
  const admin = `${at}:${adminPort}`;
  const rows = nodes.map((node) => {
    const isHere = ports.some((own) => node.at === `${at}:${own}`);
    return `  ${node.id}  ${node.at}${isHere ? '  (here)' : ''}`;
  });
  const cli =
    nodes.length > 1
      ? ''
      : `\n  redis-cli ${isUsual ? '' : `-h ${host} `}-p ${port} set heather:head hello`;
  return `The ring is complete, ${nodes.length === 1 ? 'with one node' : `with ${nodes.length} nodes`}, epoch ${epoch}:

${rows.join('\n')}

Use it:
  atoll ls put heather:head hello${ring}${cli}

${keepingWords[durability]} Ctrl-C ends it.
How it is:  atoll ring status${admin === ringAdminDefault ? '' : ` --admin ${admin}`}
Metrics: http://${admin}/metrics
`;
}

function virtualIds(text: string): readonly number[] {
  const ids = text.split(',').map((word) => (/^\d{1,10}$/.test(word) ? Number(word) : NaN));
  if (ids.every((id) => id < 2 ** 32) && new Set(ids).size === ids.length) return ids;
  throw new InvalidArgumentError(
    'Expected whole numbers from 0 to 4294967295, with commas, none twice.',
  );
}
