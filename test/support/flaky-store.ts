import { AtollError } from '../../src/core/errors.ts';
import type {
  CallOptions,
  Change,
  GeoStore,
  KeyValue,
  KeyValueBytes,
  PutOptions,
  Watch,
} from '../../src/geo/client/geo-store.ts';

interface FlakyWatch {
  readonly onChange: (change: Change) => void;
  hasMissed: boolean;
}

/** A store whose server can go away and come back: calls fail meanwhile, and watches miss what changes. */
export class FlakyStore implements GeoStore {
  readonly #store: GeoStore;
  readonly #watches: Set<FlakyWatch> = new Set();
  /** The keys of all puts that were tried, in order. */
  readonly putKeys: string[] = [];
  #isLost = false;

  constructor(store: GeoStore) {
    this.#store = store;
  }

  lose(): void {
    this.#isLost = true;
    for (const watch of this.#watches) watch.hasMissed = true;
  }

  comeBack(): void {
    this.#isLost = false;
    for (const watch of this.#watches) {
      if (!watch.hasMissed) continue;
      watch.hasMissed = false;
      watch.onChange({ type: 'reset' });
    }
  }

  async get(key: string, options?: CallOptions): Promise<string | undefined> {
    this.#check();
    return this.#store.get(key, options);
  }

  async getBytes(key: string | Uint8Array, options?: CallOptions): Promise<Uint8Array | undefined> {
    this.#check();
    return this.#store.getBytes(key, options);
  }

  async put(
    key: string | Uint8Array,
    value: string | Uint8Array,
    options?: PutOptions,
  ): Promise<void> {
    this.putKeys.push(String(key));
    this.#check();
    return this.#store.put(key, value, options);
  }

  async delete(key: string | Uint8Array, options?: CallOptions): Promise<boolean> {
    this.#check();
    return this.#store.delete(key, options);
  }

  async *list(prefix: string, options?: CallOptions): AsyncIterable<KeyValue> {
    this.#check();
    yield* this.#store.list(prefix, options);
  }

  async *listBytes(
    prefix: string | Uint8Array,
    options?: CallOptions,
  ): AsyncIterable<KeyValueBytes> {
    this.#check();
    yield* this.#store.listBytes(prefix, options);
  }

  async watch(prefix: string, onChange: (change: Change) => void): Promise<Watch> {
    this.#check();
    const flaky: FlakyWatch = { onChange, hasMissed: false };
    this.#watches.add(flaky);
    const watch = await this.#store.watch(prefix, (change) => {
      if (!this.#isLost) onChange(change);
    });
    return {
      close: (): Promise<void> => {
        this.#watches.delete(flaky);
        return watch.close();
      },
    };
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  #check(): void {
    if (this.#isLost) throw new AtollError('CONNECTION_LOST', 'the server went away');
  }
}
