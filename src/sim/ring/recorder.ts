import { AtollError } from '../../core/errors.ts';
import type { LibstoreCallOptions } from '../../ring/libstore/libstore.ts';
import type { RingLibstore } from '../../ring/libstore/ring-libstore.ts';
import type { History, Operation } from './history.ts';

export interface RecorderOptions {
  readonly client: string;
  readonly libstore: RingLibstore;
  readonly history: History;
  /** Virtual time. */
  readonly nowMs: () => number;
}

type Call = Operation['call'];

/** Asks a Libstore and writes down what it asked and what it heard. Faults are answers; bugs are thrown. */
export class Recorder {
  readonly #options: RecorderOptions;

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  get(key: string, options?: LibstoreCallOptions): Promise<void> {
    return this.#record(key, { kind: 'get', value: undefined }, async (libstore) => ({
      kind: 'get',
      value: await libstore.get(key, options),
    }));
  }

  put(key: string, value: string, options?: LibstoreCallOptions): Promise<void> {
    const call: Call = { kind: 'put', value };
    return this.#record(key, call, async (libstore) => {
      await libstore.put(key, value, options);
      return call;
    });
  }

  putIfAbsent(key: string, value: string): Promise<void> {
    return this.#record(key, { kind: 'put if absent', value, done: false }, async (libstore) => ({
      kind: 'put if absent',
      value,
      done: await libstore.putIfAbsent(key, value),
    }));
  }

  delete(key: string): Promise<void> {
    return this.#record(key, { kind: 'delete', found: false }, async (libstore) => ({
      kind: 'delete',
      found: await libstore.delete(key),
    }));
  }

  getList(
    key: string,
    newest: number | undefined,
    callOptions?: LibstoreCallOptions,
  ): Promise<void> {
    const options = { ...callOptions, ...(newest === undefined ? {} : { newest }) };
    return this.#record(key, { kind: 'read', newest, items: undefined }, async (libstore) => ({
      kind: 'read',
      newest,
      items: await libstore.getList(key, options),
    }));
  }

  append(key: string, item: string, options?: LibstoreCallOptions): Promise<void> {
    return this.#record(key, { kind: 'append', item, done: false }, async (libstore) => ({
      kind: 'append',
      item,
      done: await libstore.appendToList(key, item, options),
    }));
  }

  remove(key: string, item: string): Promise<void> {
    return this.#record(key, { kind: 'remove', item, done: false }, async (libstore) => ({
      kind: 'remove',
      item,
      done: await libstore.removeFromList(key, item),
    }));
  }

  async getMany(keys: readonly string[]): Promise<void> {
    const { libstore } = this.#options;
    const begun = keys.map((key) => this.#begin(key, { kind: 'get', value: undefined }));
    const answers = await libstore.getMany(keys);
    answers.forEach((value, index) => {
      const operation = begun[index];
      if (operation === undefined) return;
      if (value instanceof AtollError) fail(operation, value);
      else this.#acknowledge(operation, { kind: 'get', value });
    });
  }

  async #record(
    key: string,
    call: Call,
    ask: (libstore: RingLibstore) => Promise<Call>,
  ): Promise<void> {
    const { libstore } = this.#options;
    const operation = this.#begin(key, call);
    const { hits } = libstore.statistics();
    const answer = ask(libstore);
    operation.isCached = libstore.statistics().hits > hits;
    try {
      this.#acknowledge(operation, await answer);
    } catch (error) {
      if (!(error instanceof AtollError)) throw error;
      fail(operation, error);
    }
  }

  #begin(key: string, call: Call): Operation {
    const { client, history, nowMs } = this.#options;
    return history.begin(client, key, call, nowMs());
  }

  #acknowledge(operation: Operation, call: Call): void {
    const { history, nowMs } = this.#options;
    history.acknowledge(operation, call, nowMs());
  }
}

/** Whatever the reason, the write may have been sent before. */
function fail(operation: Operation, { code, message }: AtollError): void {
  operation.reason = `${code}: ${message}`;
}
