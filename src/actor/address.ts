import { formatHostPort, parseHostPort, type HostPort } from '../core/network.ts';

/**
 * Where an actor system is and which life of it is meant: `host:port#boot.threads`.
 *
 * `boot` changes with every start of a system, so that a ref kept over a restart hits nobody else. `threads` is
 * how many threads run its actors: since `counter % threads` owns an actor, a sender can sort messages
 * by receiving thread, and the receiving system hands whole batches on without opening them.
 */
export interface Address {
  readonly at: HostPort;
  readonly boot: string;
  readonly threads: number;
}

export function formatAddress({ at, boot, threads }: Address): string {
  return `${formatHostPort(at)}#${boot}.${threads}`;
}

/** The inverse of `formatAddress`; undefined for anything else. */
export function parseAddress(text: string): Address | undefined {
  if (text.length > addressLengthMax) return undefined;
  const match = addressPattern.exec(text);
  if (match === null) return undefined;
  const [, hostPort = '', boot = '', threads = ''] = match;
  const at = parseHostPort(hostPort);
  return at === undefined ? undefined : { at, boot, threads: Number(threads) };
}

const addressLengthMax = 300;
const addressPattern = /^([^#]+)#([0-9a-z]{4,32})\.([1-9]\d{0,2})$/;
