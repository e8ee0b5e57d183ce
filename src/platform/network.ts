import { connect as connectPlain, Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ConnectionOptions } from 'node:tls';
import { networkLimits } from '../core/limits.ts';
import type {
  Accept,
  Connection,
  ConnectionEvents,
  ConnectOptions,
  HostPort,
  Listener,
  ListenOptions,
  Network,
  TlsOptions,
} from '../core/network.ts';
import { canWriteDirectly } from './direct-write.ts';
import { canShareReads, isReadSharingSafe, sharedRead } from './shared-read.ts';
import type { OnRead } from './shared-read.ts';
import { SocketConnection } from './socket-connection.ts';
import { SocketListener } from './socket-listener.ts';

export interface PlatformNetworkOptions {
  /** False reads plain connections by `data` events even where one buffer could be shared. */
  readonly isReadShared?: boolean;
  /** False writes to the streams of accepted plain connections even where that could be spared. */
  readonly isWrittenDirectly?: boolean;
}

/** TCP and TLS by way of node's sockets. */
export class PlatformNetwork implements Network {
  readonly #isReadShared: boolean;
  readonly #isWrittenDirectly: boolean;

  constructor({ isReadShared = true, isWrittenDirectly = true }: PlatformNetworkOptions = {}) {
    this.#isWrittenDirectly = isWrittenDirectly;
    this.#isReadShared = isReadShared && isReadSharingSafe;
  }

  async listen(at: HostPort, options: ListenOptions, accept: Accept): Promise<Listener> {
    const isReadShared = this.#isReadShared && (await canShareReads());
    const isWrittenDirectly = this.#isWrittenDirectly && (await canWriteDirectly());
    return SocketListener.listen({ at, options, accept, isReadShared, isWrittenDirectly });
  }

  connect(to: HostPort, options: ConnectOptions, events: ConnectionEvents): Connection {
    const { tls, timeoutMs = networkLimits.connectMs } = options;
    const onRead: OnRead = (bytes, start, end) => connection.received(bytes, start, end);
    const socket =
      tls === undefined ? dial(to, onRead, this.#isReadShared) : dialTls(to, tls, onRead);
    const isTls = tls !== undefined;
    const connection = new SocketConnection({ socket, remote: to, isDialled: true, isTls });
    connection.start(events);
    const timeout = setTimeout(() => connection.fail(`not open within ${timeoutMs} ms`), timeoutMs);
    socket.once(isTls ? 'secureConnect' : 'connect', () => {
      clearTimeout(timeout);
      connection.opened();
    });
    socket.once('close', () => clearTimeout(timeout));
    return connection;
  }
}

function dial({ host, port }: HostPort, onRead: OnRead, isReadShared: boolean): Socket {
  if (isReadShared) return connectPlain({ host, port, onread: sharedRead(onRead) });
  return onDataEvents(connectPlain({ host, port }), onRead);
}

/**
 * Whoever `ca` signed is trusted, whatever its name: the servers of a cluster are known by the certificate
 * authority that the cluster has for itself, and move between hosts.
 */
function dialTls({ host, port }: HostPort, tls: TlsOptions, onRead: OnRead): Socket {
  try {
    const options: ConnectionOptions = {
      host,
      port,
      key: tls.key,
      cert: tls.cert,
      ca: tls.ca,
      minVersion: 'TLSv1.2',
      rejectUnauthorized: true,
      checkServerIdentity: () => undefined,
    };
    return onDataEvents(connectTls(options), onRead);
  } catch (error) {
    // A key or certificate that cannot be read: told like every other reason not to connect.
    return new Socket().destroy(error as Error);
  }
}

function onDataEvents(socket: Socket, onRead: OnRead): Socket {
  return socket.on('data', (chunk) => onRead(chunk, 0, chunk.length));
}
