import { AtollError, errorCodes, type ErrorCode } from './core/errors.ts';
import { mustParseHostPort, type TlsOptions } from './core/network.ts';
import { createOutside } from './platform/outside.ts';
import type {
  Libstore,
  LibstoreCallOptions,
  LibstoreStatistics,
  ListOptions,
  ReadyReads,
} from './ring/libstore/libstore.ts';
import { MemoryRing } from './ring/libstore/memory-libstore.ts';
import { RingLibstore, type LeaseMode } from './ring/libstore/ring-libstore.ts';

/** Where the ring is, and how it is used. */
export interface ConnectOptions {
  /** Any node of the ring, as `host:port`. */
  readonly ring: string;
  /** When copies are kept under leases: of keys that are read often (`normal`, the default), of all, or of none. */
  readonly leases?: LeaseMode;
  /**
   * What to do about a key whose owner cannot be reached: fail (`refuse`, the default), or go on to the next node, where
   * what is written stays behind when the owner returns (`walk`: for data that may be lost).
   */
  readonly onDead?: 'refuse' | 'walk';
  /** The deadline of calls that name none, in milliseconds; 15,000 if not given. */
  readonly timeoutMs?: number;
  /** With it, TLS with certificates on both sides. */
  readonly tls?: TlsOptions;
  /** Called when the owner of a key asked its lease back: somebody is about to change it. */
  readonly onRevoke?: (key: string) => void;
}

/**
 * Opens the ring store: asks one node for all of them; connections are made when calls need them.
 *
 * @returns the Libstore; `close` it, so that its leases delay nobody
 * @throws AtollError `RING_NOT_READY` if servers of the ring are missing and do not come within five seconds;
 *   `CONNECT_FAILED` if the node cannot be reached; `USAGE` if `ring` is not `host:port`
 *
 * @example
 * ```ts
 * const store = await connect({ ring: '127.0.0.1:7400' });
 * await store.appendToList('heather:posts', 'post-23ac');
 * const newest = await store.getList('heather:posts', { newest: 100 });
 * await store.close();
 * ```
 */
export async function connect({ ring, ...options }: ConnectOptions): Promise<Libstore> {
  const coordinator = mustParseHostPort(ring);
  return await RingLibstore.connect({ ...options, coordinator, outside: createOutside() });
}

export { AtollError, errorCodes, MemoryRing };
export type {
  ErrorCode,
  LeaseMode,
  Libstore,
  LibstoreCallOptions,
  LibstoreStatistics,
  ListOptions,
  ReadyReads,
  TlsOptions,
};
