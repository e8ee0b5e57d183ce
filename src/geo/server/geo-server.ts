import type { ActorSystem } from '../../actor/actor-system.ts';
import { assert } from '../../core/assert.ts';
import type { PortReport } from './port-report.ts';
import { QueryGateway } from './query-gateway.ts';

export interface GeoServerOptions {
  readonly host: string;
  /** The port of each query actor; 0 takes a free one. */
  readonly queryPorts: readonly number[];
  readonly atollVersion: string;
}

/** A geo server that answers. */
export interface GeoServer {
  /** What another server must know to reach this one: JSON, as a string. CMUD §5.2. */
  readonly description: string;
  readonly systemAddress: string;
  readonly queryPorts: readonly number[];
  /** The figures of each query port, as they are now. */
  readonly inspect: () => Promise<readonly PortReport[]>;
}

/** The module that every thread of the system imports for it. */
export const geoServerModule: URL = new URL('query-gateway.js', import.meta.url);

/**
 * Starts the query actors of a geo server, each on a thread of its own with its own port (CMUD §3.1). Thread 0
 * stays free for what is not a query. It ends with its system. Rejects with `LISTEN_FAILED`.
 *
 * @param system - has one thread more than query actors, and `geoServerModule` among its modules.
 */
export async function startGeoServer(
  system: ActorSystem,
  { host, queryPorts, atollVersion }: GeoServerOptions,
): Promise<GeoServer> {
  assert(system.threadCount > queryPorts.length, 'each query actor has a thread of its own');
  const ready = await Promise.all(
    queryPorts.map((port, index) =>
      system.startGateway(QueryGateway, {
        thread: index + 1,
        options: { host, port, atollVersion },
      }),
    ),
  );
  const queryActors = ready.map(({ actor }) => actor);
  for (const actor of queryActors) {
    const peers = queryActors.filter((peer) => peer !== actor);
    system.tell(actor, { type: 'peers', peers });
  }
  return {
    description: JSON.stringify({ system: system.address, queryActors }),
    systemAddress: system.address,
    queryPorts: ready.map(({ port }) => port),
    inspect: async () => (await system.inspectGateways()) as readonly PortReport[],
  };
}
