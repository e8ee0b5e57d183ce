import type { Asking } from './lease-cache.ts';
import type { NodeLink } from './node-link.ts';
import type { Operation } from './operation.ts';

/** One attempt of an operation, as it was sent. */
export interface Attempt {
  readonly operation: Operation;
  readonly link: NodeLink;
  readonly sentMs: number;
  /** Of a leased read: what the cache knows of it, and the connection that would carry the grant. */
  readonly asking: Asking | undefined;
  readonly source: object;
}
