import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Server as TlsServer, TLSSocket } from 'node:tls';
import { AtollError } from '../core/errors.ts';
import { networkLimits, serverLimits } from '../core/limits.ts';
import { formatHostPort } from '../core/network.ts';
import type { Accept, HostPort, Listener, ListenOptions } from '../core/network.ts';
import { faultWords } from './fault-words.ts';
import { adoptForSharedRead } from './shared-read.ts';
import { SocketConnection, type SocketConnectionOptions } from './socket-connection.ts';

export interface SocketListenerOptions {
  readonly at: HostPort;
  readonly options: ListenOptions;
  readonly accept: Accept;
  /** Requires: `canShareReads`. */
  readonly isReadShared: boolean;
  /** Requires: `canWriteDirectly`. */
  readonly isWrittenDirectly: boolean;
}

/**
 * A listening socket, plain or TLS.
 *
 * Also for TLS the connections are accepted by a plain server and then handed to a TLS server that does not
 * listen: so they are counted, limited and timed before the first handshake byte, which is where an attacker
 * is cheap and we are dear.
 */
export class SocketListener implements Listener {
  readonly #server: Server;
  readonly #options: ListenOptions;
  readonly #accept: Accept;
  readonly #isReadShared: boolean;
  readonly #isWrittenDirectly: boolean;
  readonly #tlsServer: TlsServer | undefined;
  /** By remote address and port: all that a TLS socket tells of the plain one under it. */
  readonly #handshakes: Map<string, NodeJS.Timeout> = new Map();
  #address: HostPort = { host: '', port: 0 };
  #connections = 0;

  private constructor(given: SocketListenerOptions) {
    const { options, accept, isReadShared, isWrittenDirectly } = given;
    this.#options = options;
    this.#accept = accept;
    // TLS reads the plain socket itself, and hands on what it has decrypted.
    this.#isReadShared = isReadShared && options.tls === undefined;
    this.#isWrittenDirectly = isWrittenDirectly;
    this.#tlsServer = options.tls === undefined ? undefined : this.#createTlsServer(options.tls);
    this.#server = createServer({ pauseOnConnect: this.#isReadShared, noDelay: true });
    this.#server.on('connection', (socket) => this.#accepted(socket));
  }

  /** Rejects with `LISTEN_FAILED`. */
  static async listen(options: SocketListenerOptions): Promise<SocketListener> {
    try {
      const listener = new SocketListener(options);
      await listener.#listen(options.at);
      return listener;
    } catch (cause) {
      const message = `cannot listen at ${formatHostPort(options.at)}: ${faultWords(cause)}`;
      throw new AtollError('LISTEN_FAILED', message, { cause });
    }
  }

  get address(): HostPort {
    return this.#address;
  }

  close(): Promise<void> {
    for (const timeout of this.#handshakes.values()) clearTimeout(timeout);
    // Node's own close event waits for the last connection to end; ours live on. The port is free once
    // the handle has been closed, which takes a turn.
    this.#server.close();
    return new Promise((resolve) => setImmediate(resolve));
  }

  #listen({ host, port }: HostPort): Promise<void> {
    const server = this.#server;
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port, backlog: networkLimits.acceptBacklog }, () => {
        server.off('error', reject);
        // From now on an error is a connection that could not be accepted: those who are connected must
        // not pay for it. (Where file descriptors are wanting node closes the connection by itself.)
        server.on('error', () => this.#options.onRefused?.());
        const { address, port: taken } = server.address() as AddressInfo;
        this.#address = { host: address, port: taken };
        resolve();
      });
    });
  }

  #accepted(socket: Socket): void {
    const { connectionsMax, onRefused } = this.#options;
    if (connectionsMax !== undefined && this.#connections >= connectionsMax) {
      socket.destroy();
      onRefused?.();
      return;
    }
    this.#connections++;
    if (this.#tlsServer === undefined) this.#start(this.#adopt(socket));
    else this.#shakeHands(this.#tlsServer, socket);
  }

  /** Of a plain connection: decides who reads. */
  #adopt(socket: Socket): SocketConnection {
    const remote = remoteOf(socket);
    if (!this.#isReadShared) {
      socket.once('close', () => this.#connections--);
      return connectionOnData({
        socket,
        remote,
        isDialled: false,
        isTls: false,
        isWrittenDirectly: this.#isWrittenDirectly,
      });
    }
    const adopted = adoptForSharedRead(socket, (bytes, start, end) =>
      connection.received(bytes, start, end),
    );
    adopted.once('close', () => this.#connections--);
    const connection = new SocketConnection({
      socket: adopted,
      remote,
      isDialled: false,
      isTls: false,
      isWrittenDirectly: this.#isWrittenDirectly,
    });
    return connection;
  }

  #start(connection: SocketConnection): void {
    connection.start(this.#accept(connection));
  }

  #createTlsServer(tls: NonNullable<ListenOptions['tls']>): TlsServer {
    const server = createTlsServer({
      key: tls.key,
      cert: tls.cert,
      ca: tls.ca,
      requestCert: true,
      rejectUnauthorized: true,
      minVersion: 'TLSv1.2',
    });
    server.on('secureConnection', (socket) => {
      this.#endHandshake(socket);
      this.#start(
        connectionOnData({ socket, remote: remoteOf(socket), isDialled: false, isTls: true }),
      );
    });
    // Node reports a failed handshake and leaves the connection open.
    server.on('tlsClientError', (_error, socket) => {
      this.#endHandshake(socket);
      socket.destroy();
    });
    return server;
  }

  /** Starts the TLS handshake on an accepted connection, and the time that it may take. */
  #shakeHands(tlsServer: TlsServer, socket: Socket): void {
    const key = handshakeKey(socket);
    const timeoutMs = this.#options.handshakeTimeoutMs ?? serverLimits.tlsHandshakeMs;
    this.#handshakes.set(
      key,
      setTimeout(() => socket.destroy(), timeoutMs),
    );
    socket.once('close', () => {
      this.#connections--;
      clearTimeout(this.#handshakes.get(key));
      this.#handshakes.delete(key);
    });
    // The TLS socket on top of it has the same errors, and they are handled there.
    socket.on('error', () => {});
    tlsServer.emit('connection', socket);
  }

  #endHandshake(socket: TLSSocket): void {
    const key = handshakeKey(socket);
    clearTimeout(this.#handshakes.get(key));
    this.#handshakes.delete(key);
  }
}

function handshakeKey(socket: Socket): string {
  return `${socket.remoteAddress} ${socket.remotePort}`;
}

/** The peer's address; of an IPv4 peer on an IPv6 listener as IPv4, as everybody else writes it. */
function remoteOf(socket: Socket): HostPort {
  const host = (socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/, '');
  return { host, port: socket.remotePort ?? 0 };
}

/** A connection on `data` events: TLS, and where reads cannot be shared. */
function connectionOnData(options: SocketConnectionOptions): SocketConnection {
  const connection = new SocketConnection(options);
  options.socket.on('data', (chunk) => connection.received(chunk, 0, chunk.length));
  return connection;
}
