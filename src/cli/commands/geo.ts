import { Command } from 'commander';

import { formatHostPort } from '../../core/network.ts';
import { runGeoProcess, type GeoReady } from '../geo-process.ts';
import { writeJsonLine, writeOut } from '../output.ts';
import { wholeNumber } from '../whole-number.ts';

interface GeoOptions {
  readonly host: string;
  readonly port: number;
  readonly actors: number;
  readonly adminPort: number;
  readonly json?: boolean;
}

/** `atoll geo`: a geo server in this process, until it is told to stop. */
export function geoCommand(): Command {
  const portNumber = wholeNumber({ min: 0, max: 65_535 });
  return new Command('geo')
    .description('run a geo server: it speaks the Redis protocol and keeps everything in memory')
    .option('--host <address>', 'listen here; only this machine may reach it', '127.0.0.1')
    .option('--port <port>', 'for other servers; 0 takes free ports for all', portNumber, 7_000)
    .option('--actors <count>', 'query actors', wholeNumber({ min: 1, max: 64 }), 1)
    .option('--admin-port <port>', 'for /healthz, /readyz and /metrics', portNumber, 7_900)
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
    .action(({ json, ...options }: GeoOptions) =>
      runGeoProcess(options, (ready) =>
        json === true
          ? writeJsonLine({ event: 'ready', ...ready })
          : writeOut(readyText(options.host, ready)),
      ),
    );
}

function readyText(host: string, { queryPorts, adminPort }: GeoReady): string {
  const [port = 0] = queryPorts;
  // Where redis-cli looks by itself.
  const isUsual = host === '127.0.0.1' || host === 'localhost';
  return `Geo server ready on ${formatHostPort({ host, port })}, which speaks the Redis protocol:

  redis-cli ${isUsual ? '' : `-h ${host} `}-p ${port} set greeting hello

Everything is kept in memory: when this process ends, the data is gone. Ctrl-C ends it.
Metrics: http://${formatHostPort({ host, port: adminPort })}/metrics
`;
}
