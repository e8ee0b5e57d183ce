import { AtollError } from '../../core/errors.ts';
import type { GeoStore } from '../../geo/client/geo-store.ts';
import type { Action, History, KeyAndValue, Operation } from './history.ts';

export interface WorkloadClientOptions {
  readonly name: string;
  /** The only replica that its router knows; undefined: several. */
  readonly replica: string | undefined;
  readonly store: GeoStore;
  readonly history: History;
  /** Virtual time. */
  readonly nowMs: () => number;
}

/** A client of the store that writes down what it asked and what it heard. Faults are answers; bugs are thrown. */
export class WorkloadClient {
  readonly #options: WorkloadClientOptions;
  #nextValue = 1;

  constructor(options: WorkloadClientOptions) {
    this.#options = options;
  }

  /** Puts a value that nobody ever puts again, of about so many bytes. */
  put(key: string, { valueBytes, ttlMs }: { valueBytes: number; ttlMs?: number }): Promise<void> {
    const { name, store } = this.#options;
    const value = `${name}#${this.#nextValue}`.padEnd(valueBytes, '~');
    this.#nextValue += 1;
    const options = ttlMs === undefined ? {} : { ttlMs };
    return this.#record({ kind: 'put', key, value, ttlMs }, () => store.put(key, value, options));
  }

  delete(key: string): Promise<void> {
    const action = { kind: 'delete' as const, key, found: false };
    return this.#record(action, async () => {
      action.found = await this.#options.store.delete(key);
    });
  }

  get(key: string): Promise<void> {
    const action: Action = { kind: 'get', key, value: undefined };
    return this.#record(action, async () => {
      action.value = await this.#options.store.get(key);
    });
  }

  list(prefix: string): Promise<void> {
    const pairs: KeyAndValue[] = [];
    return this.#record({ kind: 'list', prefix, pairs }, async () => {
      for await (const { key, value } of this.#options.store.list(prefix)) pairs.push([key, value]);
    });
  }

  async #record(action: Action, call: () => Promise<void>): Promise<void> {
    const { name, replica, history, nowMs } = this.#options;
    const operation = history.begin(name, replica, action, nowMs());
    try {
      await call();
      operation.outcome = 'acknowledged';
    } catch (error) {
      if (!(error instanceof AtollError)) throw error;
      this.#fail(operation, error);
    }
    operation.endMs = nowMs();
  }

  #fail(operation: Operation, { code, message }: AtollError): void {
    // No other code promises that the server has not seen it: one that refuses may have written before.
    operation.outcome = code === 'CONNECT_FAILED' ? 'failed' : 'unknown';
    operation.reason = `${code}: ${message}`;
  }
}
