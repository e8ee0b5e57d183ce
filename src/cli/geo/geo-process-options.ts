import { AtollError } from '../../core/errors.ts';
import { isLoopback } from '../../core/network.ts';
import type { Durability } from '../../geo/server/geo-options.ts';

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
  /** Says how a start goes as lines for programs, whatever stderr is. */
  readonly saysPlainly: boolean;
}

/** Throws `USAGE` for options that do not go together, before anything is touched. */
export function checkGeoOptions(options: GeoProcessOptions): void {
  const { host, port, actors, adminPort, data, durability } = options;
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
  if (data === '') throw new AtollError('USAGE', '--data is empty, expected a folder');
  if (data === undefined && durability !== undefined && durability !== 'memory') {
    throw new AtollError('USAGE', `--durability ${durability} needs a place for the data: --data`);
  }
  if (data !== undefined && durability === 'memory') {
    const text = '--durability memory keeps nothing in --data: leave one of the two out';
    throw new AtollError('USAGE', text);
  }
}
