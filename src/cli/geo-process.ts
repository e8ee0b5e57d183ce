import { ActorSystem } from '../actor.ts';
import type { ThreadCounters } from '../actor/counters.ts';
import { AtollError } from '../core/errors.ts';
import { isLoopback } from '../core/network.ts';
import { geoServerModule, startGeoServer } from '../geo/server/geo-server.ts';
import type { PortReport } from '../geo/server/port-report.ts';
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
}

/** What a geo server says of itself when it is ready. */
export interface GeoReady {
  readonly description: string;
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
  const { host, port, actors, adminPort } = options;
  const stopped = untilStopped();
  const modules = [geoServerModule];
  const system = await ActorSystem.create({ host, port, threads: actors + 1, modules });
  try {
    const queryPorts = Array.from({ length: actors }, (_, i) => (port === 0 ? 0 : port + 1 + i));
    const atollVersion = packageVersion();
    const { inspect, ...server } = await startGeoServer(system, { host, queryPorts, atollVersion });
    const admin = await AdminServer.listen({ host, port: adminPort }, async () =>
      metricsText(await system.counters(), await inspect()),
    );
    try {
      admin.setReady(true);
      await announce({ ...server, adminPort: admin.port });
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

function metricsText(counters: ThreadCounters, ports: readonly PortReport[]): string {
  const { rss, heapUsed } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  const cpuSeconds = (user + system) / 1_000_000;
  const figures = { residentBytes: rss, heapBytes: heapUsed, cpuSeconds };
  return prometheusText(geoMetrics(counters, ports, figures));
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
