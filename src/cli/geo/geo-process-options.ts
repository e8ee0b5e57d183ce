import type { Durability } from '../../geo/server/geo-options.ts';
import { checkHost, checkKeeping, checkPorts } from '../server-process-options.ts';

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
  checkHost(host);
  checkPorts({ port, portsAbove: actors, what: 'a query port', adminPort });
  checkKeeping({ data, durability });
}
