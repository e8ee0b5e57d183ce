import type { Client } from './client.ts';

/** A client with what operators want to know of it. */
export interface ConnectedClient extends Client {
  readonly openedMs: number;
  readonly lastCommandMs: number;
  /** Bytes kept of a command that is not there whole. */
  readonly queryBytes: number;
  /** Bytes that wait for the client to read them. */
  readonly outputBytes: number;
  /** Closes the connection now. */
  kill(): void;
}

/** The clients that are connected now, for `CLIENT LIST`, `CLIENT KILL` and `INFO`. */
export class ClientRegistry {
  readonly #clients: Map<number, ConnectedClient> = new Map();
  #lastId = 0;
  #peak = 0;

  /** An id that no client had before. */
  nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  get size(): number {
    return this.#clients.size;
  }

  /** The most that were ever connected at once. */
  get peak(): number {
    return this.#peak;
  }

  add(client: ConnectedClient): void {
    this.#clients.set(client.id, client);
    this.#peak = Math.max(this.#peak, this.#clients.size);
  }

  delete(id: number): void {
    this.#clients.delete(id);
  }

  get(id: number): ConnectedClient | undefined {
    return this.#clients.get(id);
  }

  /** All of them, in the order of their coming. */
  all(): IterableIterator<ConnectedClient> {
    return this.#clients.values();
  }
}
