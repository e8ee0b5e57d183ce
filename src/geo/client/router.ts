import type { HostPort } from '../../core/network.ts';

/**
 * Says which server a call goes to. Asked before every call, so that different calls may go to different
 * servers and query actors, as with load balancing by DNS (CMUD §6.1).
 *
 * `onOutcome` is how a router learns: the client reports every attempt. A router that does not care leaves
 * it out.
 */
export interface Router {
  /** The address for the next call. Never waits. */
  nextAddr(): HostPort;
  /** What became of an attempt at `address`. */
  onOutcome?(address: HostPort, outcome: Outcome): void;
}

export type Outcome =
  /** The server answered, be it with an error; `latencyMs` is from the call to its answer. */
  | { readonly kind: 'answered'; readonly latencyMs: number }
  /** No connection, a lost one, a deadline, or bytes that make no sense. */
  | { readonly kind: 'failed' };
