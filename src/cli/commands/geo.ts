import { availableParallelism } from 'node:os';

import { Command, Option } from 'commander';

import { formatHostPort } from '../../core/network.ts';
import type { Durability } from '../../geo/server/geo-options.ts';
import { runGeoProcess, type GeoProcessReady } from '../geo-process.ts';
import { writeJsonLine, writeOut } from '../output.ts';
import { keepingWords } from '../server-process-options.ts';
import { wholeNumber } from '../whole-number.ts';
import { geoBackupCommand } from './geo-backup.ts';
import { geoForgetCommand } from './geo-forget.ts';
import { geoRestoreCommand } from './geo-restore.ts';
import { geoStatusCommand } from './geo-status.ts';

/** A thread each, and the journal needs one too: more gain nothing. */
const actorsMax = 64;

interface GeoOptions {
  readonly host: string;
  readonly port: number;
  readonly actors?: number;
  readonly adminPort: number;
  readonly join: readonly string[];
  readonly data?: string;
  readonly durability?: Durability;
  readonly linkLatency: number;
  readonly quarantine?: boolean;
  readonly json?: boolean;
}

/** `atoll geo`: a geo server in this process, until it is told to stop. */
export function geoCommand(): Command {
  const portNumber = wholeNumber({ min: 0, max: 65_535 });
  return new Command('geo')
    .addCommand(geoStatusCommand())
    .addCommand(geoForgetCommand())
    .addCommand(geoBackupCommand())
    .addCommand(geoRestoreCommand())
    .description(
      'run a geo server: it speaks the Redis protocol, and agrees with others of its cluster',
    )
    .option('--host <address>', 'listen here; only this machine may reach it', '127.0.0.1')
    .option('--port <port>', 'for other servers; 0 takes free ports for all', portNumber, 7_000)
    .option(
      '--actors <count>',
      'query actors, each with a thread, a port and all keys (default: one for each core)',
      wholeNumber({ min: 1, max: actorsMax }),
    )
    .option('--admin-port <port>', 'for operators: /readyz, /metrics, /status …', portNumber, 7_900)
    .option(
      '--join <description>',
      'a server of the cluster, as its ready line describes it, or @file; may be given again',
      (text: string, before: readonly string[]) => [...before, text],
      [],
    )
    .option(
      '--data <folder>',
      'keep everything in this folder too, so that it outlives the process',
    )
    .addOption(
      new Option(
        '--durability <level>',
        'when a write is acknowledged (default: fsync with --data)',
      ).choices(['fsync', 'interval', 'memory']),
    )
    .option(
      '--link-latency <ms>',
      'delay everything that goes to other servers: to try out what distance does',
      wholeNumber({ min: 0, max: 60_000 }),
      0,
    )
    .option('--quarantine', 'set damaged files of the data folder aside and go on with the rest')
    .option('--json', 'say that it is ready in one JSON line')
    .addHelpText(
      'after',
      `
Query actor i has a thread and a port of its own: --port + i, 7001 for the first one.
Any Redis client can connect:
  $ redis-cli -p 7001 set greeting hello
  $ atoll kv get greeting

SIGTERM and Ctrl-C end the server in order, a second one at once.`,
    )
    .action(({ json, linkLatency, quarantine, data, durability, actors, ...options }: GeoOptions) =>
      runGeoProcess(
        {
          ...options,
          actors: actors ?? Math.min(availableParallelism(), actorsMax),
          saysPlainly: json === true,
          data,
          durability,
          linkLatencyMs: linkLatency,
          onCorrupt: quarantine === true ? 'quarantine' : 'refuse',
        },
        (ready) =>
          json === true
            ? writeJsonLine({ event: 'ready', ...ready })
            : writeOut(readyText(options.host, ready)),
      ),
    );
}

function readyText(host: string, ready: GeoProcessReady): string {
  const { queryPorts, adminPort, durability, description } = ready;
  const [port = 0] = queryPorts;
  // Where redis-cli looks by itself.
  const isUsual = host === '127.0.0.1' || host === 'localhost';
  return `Geo server ready on ${formatHostPort({ host, port })}, which speaks the Redis protocol:

  redis-cli ${isUsual ? '' : `-h ${host} `}-p ${port} set greeting hello

${keepingWords[durability]} Ctrl-C ends it.
Another server joins with --join '${description}'
How it is:  atoll geo status${adminPort === 7_900 ? '' : ` --admin ${formatHostPort({ host, port: adminPort })}`}
Metrics: http://${formatHostPort({ host, port: adminPort })}/metrics
`;
}
