import { AtollError } from '../core/errors.ts';
import { networkLimits } from '../core/limits.ts';
import { formatHostPort } from '../core/network.ts';
import type {
  Accept,
  Connection,
  ConnectionEvents,
  ConnectOptions,
  HostPort,
  Listener,
  ListenOptions,
  Network,
} from '../core/network.ts';
import { ReadBuffer } from './read-buffer.ts';
import { isLocal } from './sim-internet.ts';
import type { SimInternet } from './sim-internet.ts';
import type { SimLife } from './sim-life.ts';

/**
 * The network as one thread of a node sees it. A host is known by the name of its node; every node has a
 * loopback address besides, and what listens there is out of reach for the others.
 */
export class SimNetwork implements Network {
  readonly #internet: SimInternet;
  readonly #life: SimLife;
  readonly #readBuffer: ReadBuffer = new ReadBuffer(networkLimits.readBytes);

  constructor(internet: SimInternet, life: SimLife) {
    this.#internet = internet;
    this.#life = life;
  }

  listen(at: HostPort, options: ListenOptions, accept: Accept): Promise<Listener> {
    const { host } = this.#life;
    if (!isLocal(at.host) && !['', '0.0.0.0', '::', host].includes(at.host)) {
      return Promise.reject(listenFailed(at, 'this machine does not have the address'));
    }
    const bound = this.#internet.bind(host, {
      address: at,
      life: this.#life,
      readBuffer: this.#readBuffer,
      options,
      accept,
      connections: 0,
    });
    if (bound === undefined) {
      return Promise.reject(listenFailed(at, 'the address is in use by another listener'));
    }
    return Promise.resolve({
      address: bound.address,
      close: (): Promise<void> => {
        this.#internet.unbind(host, bound);
        return Promise.resolve();
      },
    });
  }

  connect(to: HostPort, options: ConnectOptions, events: ConnectionEvents): Connection {
    // The connection is the caller's at once; whatever becomes of the dial is an event.
    const connection = this.#internet.createConnection(this.#life, this.#readBuffer, to);
    connection.start(events);
    const { timeoutMs = networkLimits.connectMs } = options;
    // A life that is over may still be in the middle of its last callback.
    if (!this.#life.isOver)
      this.#internet.dial(connection, this.#life.host, to, options, timeoutMs);
    return connection;
  }
}

function listenFailed(at: HostPort, reason: string): AtollError {
  return new AtollError('LISTEN_FAILED', `cannot listen at ${formatHostPort(at)}: ${reason}`);
}
