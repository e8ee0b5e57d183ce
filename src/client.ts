import { AtollError, errorCodes, type ErrorCode } from './core/errors.ts';
import { parseHostPort, type HostPort, type TlsOptions } from './core/network.ts';
import { GeoClient } from './geo/client/client.ts';
import { FixedRouter } from './geo/client/fixed-router.ts';
import type {
  CallOptions,
  Change,
  GeoStore,
  KeyValue,
  KeyValueBytes,
  PutOptions,
  Watch,
} from './geo/client/geo-store.ts';
import { NearestRouter } from './geo/client/nearest-router.ts';
import { RoundRobinRouter } from './geo/client/round-robin-router.ts';
import type { Outcome, Router } from './geo/client/router.ts';
import { createOutside } from './platform/outside.ts';

/** Where the servers are, and how they are spoken to. Either `addresses` or `router`. */
export interface ConnectOptions {
  /** Query ports as `host:port`. Of several, the one that answers fastest is used while it answers. */
  readonly addresses?: readonly string[];
  /** Asked before every call instead. */
  readonly router?: Router;
  /** With it, TLS with certificates on both sides. */
  readonly tls?: TlsOptions;
  /** The deadline of calls that name none, in milliseconds; 5,000 if not given. */
  readonly timeoutMs?: number;
}

/**
 * Opens the geo store. Connections are made when the first calls need them.
 *
 * @returns the store; `close` it, or its connections keep the process alive for a minute
 * @throws AtollError `USAGE` if an address is not `host:port` or there is none
 *
 * @example
 * ```ts
 * const store = connect({ addresses: ['127.0.0.1:7001'] });
 * await store.put('room/gates', 'open');
 * for await (const { key, value } of store.list('room/')) console.log(key, value);
 * await store.close();
 * ```
 */
export function connect({ addresses, router, tls, timeoutMs }: ConnectOptions): GeoStore {
  if ((addresses === undefined) === (router === undefined)) {
    throw new AtollError('USAGE', 'connect needs either addresses or a router');
  }
  const outside = createOutside();
  const chosen = router ?? routerOf((addresses ?? []).map(parseAddress), outside);
  return new GeoClient({ router: chosen, outside, tls, timeoutMs });
}

function routerOf(
  addresses: readonly HostPort[],
  { clock }: ReturnType<typeof createOutside>,
): Router {
  const [first] = addresses;
  if (first === undefined) throw new AtollError('USAGE', 'connect needs at least one address');
  return addresses.length === 1 ? new FixedRouter(first) : new NearestRouter(addresses, { clock });
}

function parseAddress(text: string): HostPort {
  const address = parseHostPort(text);
  if (address !== undefined && address.port > 0) return address;
  throw new AtollError('USAGE', `expected an address as host:port, got ${JSON.stringify(text)}`);
}

export { AtollError, errorCodes, FixedRouter, NearestRouter, RoundRobinRouter };
export type {
  CallOptions,
  Change,
  ErrorCode,
  GeoStore,
  HostPort,
  KeyValue,
  KeyValueBytes,
  Outcome,
  PutOptions,
  Router,
  TlsOptions,
  Watch,
};
