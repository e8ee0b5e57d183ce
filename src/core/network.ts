import { AtollError } from './errors.ts';

/**
 * Byte streams between processes: TCP or TLS in production, a scripted stream in the simulator.
 *
 * Made for a hot path that allocates nothing: bytes that arrive are lent for the time of one call, and
 * bytes to send are lent back where the operating system took them at once.
 */
export interface Network {
  /** Listens; port 0 takes a free one. Rejects with `LISTEN_FAILED`. */
  listen(at: HostPort, options: ListenOptions, accept: Accept): Promise<Listener>;
  /**
   * Dials. Returns at once; `events.onOpen` follows, or `events.onClose` with `CONNECT_FAILED`. Bytes
   * written before are sent when it is open.
   */
  connect(to: HostPort, options: ConnectOptions, events: ConnectionEvents): Connection;
}

export interface HostPort {
  /** A name or an address. IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

/** Called for each new connection (of TLS: after its handshake); returns who handles it. */
export type Accept = (connection: Connection) => ConnectionEvents;

export interface ListenOptions {
  /** With it the listener speaks TLS. */
  readonly tls?: TlsOptions;
  /** Connections above this many at once are closed unanswered and counted by `onRefused`. */
  readonly connectionsMax?: number;
  /** Of TLS: a connection whose handshake takes longer is destroyed. */
  readonly handshakeTimeoutMs?: number;
  readonly onRefused?: () => void;
}

export interface ConnectOptions {
  readonly tls?: TlsOptions;
  /** Gives up with `CONNECT_FAILED` when it is not open by then. */
  readonly timeoutMs?: number;
}

/** Contents of PEM files. Both sides present a certificate and demand one signed by `ca`. */
export interface TlsOptions {
  readonly key: string;
  readonly cert: string;
  readonly ca: string;
}

export interface Listener {
  readonly address: HostPort;
  /** Stops listening; connections live on. Resolves when the port is free. */
  close(): Promise<void>;
}

export interface ConnectionEvents {
  /** Of a dialled connection: it is open. */
  onOpen?(): void;
  /**
   * Bytes came: `bytes[start … end)`. They are lent: valid during this call only, because the next
   * read of any connection of this thread may overwrite them.
   */
  onData(bytes: Uint8Array, start: number, end: number): void;
  /** Everything written has left: `bufferedBytes` is 0 again after it was not. */
  onDrain?(): void;
  /** The connection is over. Called once, and nothing after it. `fault` says why if it was not us. */
  onClose(fault?: AtollError): void;
}

export interface Connection {
  readonly remote: HostPort;
  /** Bytes written that the operating system has not taken yet. */
  readonly bufferedBytes: number;
  /**
   * Sends `bytes`. True: they are sent or copied, and the caller may reuse the array at once. False: the
   * connection keeps the array until `onDrain`, the caller takes another one (and had better slow down).
   * After the end of the connection bytes are dropped.
   */
  write(bytes: Uint8Array): boolean;
  /** Stops `onData` until `resumeReading`; what was already read may still come in this turn. */
  pauseReading(): void;
  resumeReading(): void;
  /** Sends what was written, then closes. */
  end(): void;
  /** Closes at once; what was not sent is lost. */
  destroy(): void;
}

/** `host:port`, with brackets around IPv6. */
export function formatHostPort({ host, port }: HostPort): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** The inverse of `formatHostPort`; undefined for anything else. */
export function parseHostPort(text: string): HostPort | undefined {
  const colon = text.lastIndexOf(':');
  if (colon < 1) return undefined;
  const portText = text.slice(colon + 1);
  const port = Number(portText);
  if (!/^\d{1,5}$/.test(portText) || port > 65_535) return undefined;
  const host = text.slice(0, colon);
  if (host.startsWith('[') && host.endsWith(']')) return { host: host.slice(1, -1), port };
  return host.includes(':') ? undefined : { host, port };
}

/** Throws `USAGE` for anything but `host:port`. */
export function mustParseHostPort(text: string): HostPort {
  const at = parseHostPort(text);
  if (at === undefined) throw new AtollError('USAGE', `expected host:port, got ${text}`);
  return at;
}

/** Whether only this machine can reach `host`. A name counts only if it is `localhost`. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}
