import { Command, InvalidArgumentError } from 'commander';

import { ActorSystem } from '../../actor.ts';
import { AtollError } from '../../core/errors.ts';
import { formatHostPort, isLoopback } from '../../core/network.ts';
import { geoServerModule, startGeoServer, type GeoServer } from '../../geo/server/geo-server.ts';
import { writeJsonLine, writeOut } from '../output.ts';
import { packageVersion } from '../program.ts';
import { untilStopped } from '../stop-signals.ts';

export interface GeoOptions {
  readonly host: string;
  readonly port: number;
  readonly actors: number;
  readonly json?: boolean;
}

/** `atoll geo`: a geo server in this process, until it is told to stop. */
export function geoCommand(): Command {
  return new Command('geo')
    .description('run a geo server: speaks the Redis protocol, keeps everything in memory')
    .option(
      '--host <address>',
      'the address to listen on; only this machine may reach it',
      '127.0.0.1',
    )
    .option(
      '--port <port>',
      'for other servers; query ports follow it; 0 takes free ones',
      portNumber,
      7000,
    )
    .option('--actors <count>', 'query actors, each with a thread and a port of its own', count, 1)
    .option('--json', 'say that it is ready in one JSON line')
    .addHelpText(
      'after',
      `
Query actor i listens on port + i: 7001 for the first one. Any Redis client can connect:
  $ redis-cli -p 7001 set greeting hello
  $ atoll kv get greeting

SIGTERM and Ctrl-C end it in order, a second one at once.`,
    )
    .action(async (options: GeoOptions) => {
      await runGeoServer(options, (server) =>
        options.json
          ? writeJsonLine({ event: 'ready', ...server })
          : writeOut(readyText(server, options)),
      );
    });
}

/** Runs a geo server until a signal; `announce` says that it is ready. */
export async function runGeoServer(
  options: GeoOptions,
  announce: (server: GeoServer) => Promise<void>,
): Promise<void> {
  checkOptions(options);
  const { host, port, actors } = options;
  const stopped = untilStopped();
  const system = await ActorSystem.create({
    host,
    port,
    threads: actors + 1,
    modules: [geoServerModule],
  });
  try {
    const queryPorts = Array.from({ length: actors }, (_, i) => (port === 0 ? 0 : port + 1 + i));
    const atollVersion = packageVersion();
    await announce(await startGeoServer(system, { host, queryPorts, atollVersion }));
    await stopped;
  } finally {
    await system.close();
  }
}

function checkOptions({ host, port, actors }: GeoOptions): void {
  if (!isLoopback(host)) {
    throw new AtollError(
      'USAGE',
      `--host ${host} could be reached from other machines, and this server knows neither passwords nor TLS: use 127.0.0.1`,
    );
  }
  if (actors > 1) {
    throw new AtollError(
      'USAGE',
      `--actors ${actors}: query actors of one server do not exchange their writes, so each would keep data of its own: use 1`,
    );
  }
  if (port + actors > 65_535) {
    throw new AtollError(
      'USAGE',
      `--port ${port} leaves no room for ${actors} query ports above it`,
    );
  }
}

function readyText({ queryPorts }: GeoServer, { host }: GeoOptions): string {
  const [port = 0] = queryPorts;
  return [
    `Geo server ready on ${formatHostPort({ host, port })} (Redis protocol).`,
    'Everything is kept in memory: when this process ends, the data is gone.',
    '',
    `  redis-cli -p ${port} set greeting hello`,
    '',
  ].join('\n');
}

function portNumber(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError('expected a port from 0 to 65535');
}

function count(text: string): number {
  const value = Number(text);
  if (/^\d{1,3}$/.test(text) && value >= 1 && value <= 64) return value;
  throw new InvalidArgumentError('expected a number from 1 to 64');
}
