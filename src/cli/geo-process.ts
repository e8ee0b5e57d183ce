import { readFile } from 'node:fs/promises';

import { ActorSystem } from '../actor.ts';
import type { ThreadCounters } from '../actor/counters.ts';
import { AtollError } from '../core/errors.ts';
import { isLoopback } from '../core/network.ts';
import { geoServerModules, startGeoServer } from '../geo/server/geo-server.ts';
import type { Durability } from '../geo/server/geo-options.ts';
import type { PortReport } from '../geo/server/port-report.ts';
import type { HomeReport } from '../geo/server/server-gateway.ts';
import { openDisk } from '../platform/disk.ts';
import { faultWords } from '../platform/fault-words.ts';
import { AdminServer } from './admin-server.ts';
import { geoMetrics } from './geo-metrics.ts';
import { packageVersion } from './program.ts';
import { prometheusText } from './prometheus-text.ts';
import { untilStopped } from './stop-signals.ts';

export interface GeoProcessOptions {
  readonly host: string;
  /** The port of the actor system; query ports follow it. 0: free ones. */
  readonly port: number;
  readonly actors: number;
  readonly adminPort: number;
  /** Descriptions of servers to join, or `@file` with one. */
  readonly join: readonly string[];
  /** The folder to keep the data in; without one it is kept in memory. */
  readonly data: string | undefined;
  readonly durability: Durability | undefined;
  /** Delays everything that goes to other servers. */
  readonly linkLatencyMs: number;
  readonly onCorrupt: 'refuse' | 'quarantine';
}

/** What a geo server says of itself when it is ready. */
export interface GeoReady {
  readonly description: string;
  readonly id: string;
  readonly incarnation: number;
  readonly durability: Durability;
  readonly systemAddress: string;
  readonly queryPorts: readonly number[];
  readonly adminPort: number;
}

/**
 * Runs a geo server in this process until a signal: actor system, query ports, admin port. Whatever of it
 * cannot start takes the rest with it. `announce` is called once everything answers.
 */
export async function runGeoProcess(
  options: GeoProcessOptions,
  announce: (ready: GeoReady) => Promise<void>,
): Promise<void> {
  checkOptions(options);
  const { host, port, actors, adminPort, data, durability, linkLatencyMs, onCorrupt } = options;
  const stopped = untilStopped();
  const join = await Promise.all(options.join.map((text) => readDescription(text)));
  const disk = data === undefined ? undefined : await openDisk(data);
  const modules = geoServerModules;
  const threads = actors + 1;
  const system = await ActorSystem.create({ host, port, threads, modules, linkLatencyMs });
  try {
    const server = await startGeoServer(system, {
      host,
      queryPorts: Array.from({ length: actors }, (_, i) => (port === 0 ? 0 : port + 1 + i)),
      atollVersion: packageVersion(),
      disk,
      durability,
      join,
      onCorrupt,
    });
    const admin = await AdminServer.listen({ host, port: adminPort }, async () =>
      metricsText(await system.counters(), await server.inspect(), await server.inspectServer()),
    );
    try {
      await Promise.race([server.ready, stopped]);
      admin.setReady(true);
      void server.failed.then(() => admin.setReady(false));
      const { description, identity, systemAddress, queryPorts } = server;
      await announce({
        description,
        ...identity,
        durability: server.durability,
        systemAddress,
        queryPorts,
        adminPort: admin.port,
      });
      await stopped;
    } finally {
      admin.setReady(false);
      await system.close();
      await admin.close();
    }
  } finally {
    await system.close();
  }
}

/** A description as it is, or the one in a file. */
async function readDescription(text: string): Promise<string> {
  if (!text.startsWith('@')) return text;
  try {
    return (await readFile(text.slice(1), 'utf8')).trim();
  } catch (error) {
    const what = `the description in ${text.slice(1)} cannot be read: ${faultWords(error)}`;
    throw new AtollError('USAGE', what, { cause: error });
  }
}

function metricsText(
  counters: ThreadCounters,
  ports: readonly PortReport[],
  server: HomeReport,
): string {
  const { rss, heapUsed } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  const cpuSeconds = (user + system) / 1_000_000;
  const figures = { residentBytes: rss, heapBytes: heapUsed, cpuSeconds };
  return prometheusText(geoMetrics(counters, ports, server, figures));
}

function checkOptions({ host, port, actors, adminPort }: GeoProcessOptions): void {
  if (host === '')
    throw new AtollError('USAGE', '--host is empty, expected an address: use 127.0.0.1');
  if (!isLoopback(host)) {
    const why = 'could be reached from other machines, and this server asks nobody for a password';
    throw new AtollError('USAGE', `--host ${host} ${why}: use 127.0.0.1`);
  }
  if (port + actors > 65_535) {
    const text = `--port ${port} leaves no room above it for a query port: at most ${65_535 - actors}`;
    throw new AtollError('USAGE', text);
  }
  if (port !== 0 && adminPort >= port && adminPort <= port + actors) {
    const text = `--admin-port ${adminPort} is taken by --port ${port}, whose ports end at ${port + actors}`;
    throw new AtollError('USAGE', text);
  }
}
