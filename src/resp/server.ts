import { assert } from '../core/assert.ts';
import {
  clientLimits,
  clientLimitsUnauthenticated,
  serverLimits,
  type ClientLimits,
} from '../core/limits.ts';
import type { Connection, HostPort, Listener, TlsOptions } from '../core/network.ts';
import type { Outside } from '../core/outside.ts';
import type { ClientRegistry } from './client-registry.ts';
import type { CommandBatch } from './command-batch.ts';
import { RespConnection } from './connection.ts';
import { ConnectionHost, type RespCounters } from './connection-host.ts';

export interface RespServerOptions {
  readonly outside: Pick<Outside, 'clock' | 'timers' | 'network' | 'log'>;
  /** Port 0 takes a free one. */
  readonly at: HostPort;
  readonly tls?: TlsOptions;
  /** The same that the handshake commands were given. */
  readonly clients: ClientRegistry;
  /**
   * Executes the commands of a batch in order, each with exactly one reply, or `client.suspend`, before it returns:
   * `while (batch.next()) table.dispatch(target, batch, batch.client);`
   */
  readonly execute: (batch: CommandBatch) => void;
  /** Clients may do little before AUTH. */
  readonly needsAuthentication?: boolean;
  readonly limits?: ClientLimits;
  readonly limitsUnauthenticated?: ClientLimits;
  readonly connectionsMax?: number;
  /** All unfinished commands together; a quarter of the heap is a good value. */
  readonly queryBuffersBytesMax?: number;
  /** All output together that clients have not read. */
  readonly outputBuffersBytesMax?: number;
  /**
   * Asked when the replies of a read event, or pushes, are about to leave: the mark that must be released before
   * they may. Marks are whole numbers that only grow; 0 is released from the start. Without it nothing is held.
   */
  readonly heldUntil?: () => number;
}

/** One port that speaks the Redis protocol, and its clients. */
export class RespServer {
  readonly #options: RespServerOptions;
  readonly #host: ConnectionHost;
  readonly #connections: Set<RespConnection> = new Set();
  /** Not authenticated yet: in all, and by address. */
  #unauthenticated = 0;
  readonly #unauthenticatedByAddress: Map<string, number> = new Map();
  #listener: Listener | undefined;
  #onEmpty: (() => void) | undefined;

  /** Rejects with `LISTEN_FAILED`. */
  static async listen(options: RespServerOptions): Promise<RespServer> {
    const server = new RespServer(options);
    const { at, tls, outside, connectionsMax = serverLimits.connectionsMax } = options;
    server.#listener = await outside.network.listen(
      at,
      {
        connectionsMax,
        handshakeTimeoutMs: serverLimits.tlsHandshakeMs,
        onRefused: () => (server.counters.connectionsRefused += 1),
        ...(tls === undefined ? {} : { tls }),
      },
      (connection) => server.#accept(connection),
    );
    return server;
  }

  private constructor(options: RespServerOptions) {
    const { limits = clientLimits, limitsUnauthenticated = clientLimitsUnauthenticated } = options;
    assert(
      limits.argumentsMax <= clientLimits.argumentsMax,
      'positions have room for the arguments of the default limits',
    );
    this.#options = options;
    this.#host = new ConnectionHost({
      outside: options.outside,
      clients: options.clients,
      execute: options.execute,
      limits,
      limitsUnauthenticated,
      needsAuthentication: options.needsAuthentication === true,
      queryBuffersBytesMax: options.queryBuffersBytesMax ?? serverLimits.queryBuffersBytesMax,
      outputBuffersBytesMax: options.outputBuffersBytesMax ?? serverLimits.outputBuffersBytesMax,
      heldUntil: options.heldUntil,
      stopAll: () => {
        for (const connection of this.#connections) connection.stop();
      },
    });
  }

  get address(): HostPort {
    return this.#listener?.address ?? this.#options.at;
  }

  get counters(): RespCounters {
    return this.#host.counters;
  }

  /** Bytes that clients have not read yet. */
  get outputBufferBytes(): number {
    return this.#host.output.countedBytes;
  }

  /** Bytes held for commands that are not there whole yet. */
  get queryBufferBytes(): number {
    return this.#host.queryBuffers.heldBytes;
  }

  /**
   * All that is held for marks up to `mark` leaves, with one write for each client; who had too much held goes on.
   * Requires: `heldUntil`; no batch is being executed; `mark` is not below the one before.
   */
  release(mark: number): void {
    const { gate, batch } = this.#host;
    assert(gate !== undefined, 'a server without heldUntil holds nothing');
    assert(!batch.isRunning, 'a release may execute commands, and cannot come from within one');
    assert(mark >= gate.released, `mark ${mark} comes after ${gate.released}`);
    gate.release(mark);
  }

  /**
   * What is held tells of something of which nobody will ever know whether it is durable: instead of each reply its client
   * gets the error `UNKNOWN`, which says so, and goes on. Whoever waits for pushes is closed.
   * Nothing is released by that; `heldUntil` is asked as before. Requires: as `release`.
   */
  failHeld(reason: string): void {
    const { gate, batch } = this.#host;
    assert(gate !== undefined, 'a server without heldUntil holds nothing');
    assert(!batch.isRunning, 'the client of a batch cannot be closed under it');
    gate.fail(reason);
  }

  /**
   * No command is executed until `unblock`, except for the rest of a running batch: what was read is kept, and
   * whoever sends more is not read from. May be called from within `execute`.
   */
  block(): void {
    this.#host.blockade.raise(this.#options.outside.clock.monotonicMs());
  }

  /**
   * Executes what was kept, client by client, until it is all done or somebody calls `block` again. Requires: no
   * batch is being executed.
   */
  unblock(): void {
    const { blockade, batch } = this.#host;
    assert(!batch.isRunning, 'commands cannot be executed from within one');
    blockade.lower(this.#options.outside.clock.monotonicMs());
  }

  /**
   * Takes no more connections, sends what was replied and closes; who does not read it within
   * `serverLimits.closeMs`, or whose replies are held for longer, loses it. Resolves when all is closed and the
   * port is free.
   */
  async close(): Promise<void> {
    const { timers } = this.#options.outside;
    const isEmpty = new Promise<void>((resolve) => (this.#onEmpty = resolve));
    for (const connection of this.#connections) connection.end();
    if (this.#connections.size === 0) this.#onEmpty?.();
    const timer = timers.setTimer(serverLimits.closeMs, () => {
      for (const connection of this.#connections) connection.kill();
    });
    await this.#listener?.close();
    await isEmpty;
    timer.cancel();
  }

  #accept(connection: Connection): RespConnection {
    const { counters } = this.#host;
    counters.connectionsAccepted += 1;
    const address = connection.remote.host;
    const needsAuthentication = this.#options.needsAuthentication === true;
    if (needsAuthentication) this.#countUnauthenticated(address, 1);
    const client = new RespConnection(this.#host, connection, {
      onAuthenticated: () => this.#countUnauthenticated(address, -1),
      onEnd: () => this.#remove(client),
    });
    this.#connections.add(client);
    if (needsAuthentication && this.#isCrowded(address)) {
      counters.connectionsRefused += 1;
      client.kill();
    } else if (this.#onEmpty !== undefined) client.kill();
    return client;
  }

  #remove(client: RespConnection): void {
    this.#connections.delete(client);
    if (this.#connections.size === 0) this.#onEmpty?.();
  }

  #isCrowded(address: string): boolean {
    const ofAddress = this.#unauthenticatedByAddress.get(address) ?? 0;
    return (
      this.#unauthenticated > serverLimits.connectionsUnauthenticatedMax ||
      ofAddress > serverLimits.connectionsUnauthenticatedPerAddressMax
    );
  }

  #countUnauthenticated(address: string, change: number): void {
    this.#unauthenticated += change;
    const count = (this.#unauthenticatedByAddress.get(address) ?? 0) + change;
    if (count > 0) this.#unauthenticatedByAddress.set(address, count);
    else this.#unauthenticatedByAddress.delete(address);
  }
}
