import { AtollError } from '../../core/errors.ts';
import type { TlsOptions } from '../../core/network.ts';
import type { Outside } from '../../core/outside.ts';
import { ChunkPool } from './chunk-pool.ts';
import type { HelloTerms } from './hello.ts';
import {
  newLinkCounters,
  withDefaults,
  type LinkCounters,
  type LinkLimits,
  type LinksOptions,
} from './links-options.ts';
import type { Wire } from './wire.ts';

/** What the links of one system share. */
export interface LinkContext {
  readonly outside: Outside;
  /** Complete once the port is known. */
  terms: HelloTerms;
  readonly limits: LinkLimits;
  readonly counters: LinkCounters;
  readonly pool: ChunkPool;
  readonly linkLatencyMs: number;
  readonly tls: TlsOptions | undefined;
  /** Those whose connections are not closed … */
  readonly wires: Set<Wire>;
  /** … and whom to tell when one is. */
  onWireClosed: () => void;
}

/** Throws `USAGE`. */
export function newLinkContext(options: LinksOptions): LinkContext {
  const { self, clusterId, outside, tls, linkLatencyMs = 0 } = options;
  const limits = withDefaults(options.limits);
  const secret = toBytes(options.secret);
  if (secret !== undefined && secret.length < secretBytesMin) {
    throw usage(`a shared secret has at least ${secretBytesMin} bytes, this one ${secret.length}`);
  }
  const clusterIdBytes = encoder.encode(clusterId).length;
  if (clusterIdBytes > clusterIdBytesMax) {
    throw usage(`a cluster id has at most ${clusterIdBytesMax} bytes, this one ${clusterIdBytes}`);
  }
  const { frameBytesMax } = limits;
  const isLoopbackOnly = secret === undefined && tls === undefined;
  return {
    outside,
    terms: { self, clusterId, secret, frameBytesMax, isLoopbackOnly },
    limits,
    counters: newLinkCounters(),
    pool: new ChunkPool(outside.clock),
    linkLatencyMs,
    tls,
    wires: new Set(),
    onWireClosed: () => {},
  };
}

function toBytes(secret: Uint8Array | string | undefined): Uint8Array | undefined {
  return typeof secret === 'string' ? encoder.encode(secret) : secret;
}

function usage(message: string): AtollError {
  return new AtollError('USAGE', message);
}

const encoder = new TextEncoder();
/** Who records one hello can try guesses at home; sixteen bytes at random are beyond guessing. */
const secretBytesMin = 16;
const clusterIdBytesMax = 255;
