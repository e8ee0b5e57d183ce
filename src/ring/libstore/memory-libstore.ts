import { AtollError } from '../../core/errors.ts';
import type { Libstore, LibstoreCallOptions, LibstoreStatistics, ListOptions } from './libstore.ts';
import { asFault, checkItem, checkNewest, checkText, checkTimeoutMs } from './questions.ts';

/** A value, or the different items of a list in the order of appending. */
type Content = string | Set<string>;

/** A ring store in memory, for tests and small applications: Libstores that are opened on it share it. */
export class MemoryRing {
  readonly #contents: Map<string, Content> = new Map();

  open(): Libstore {
    return new MemoryLibstore(this.#contents);
  }
}

/** A handle on a `MemoryRing`. Every call is over before the next one begins; results come as promises all the same. */
class MemoryLibstore implements Libstore {
  readonly #contents: Map<string, Content>;
  #hits = 0;
  #isClosed = false;

  constructor(contents: Map<string, Content>) {
    this.#contents = contents;
  }

  get(key: string, options?: LibstoreCallOptions): Promise<string | undefined> {
    return this.#do(key, options, () => this.#get(key));
  }

  put(key: string, value: string, options?: LibstoreCallOptions): Promise<void> {
    return this.#do(key, options, () => {
      checkItem(value);
      valueIn(this.#contents.get(key));
      this.#contents.set(key, value);
    });
  }

  putIfAbsent(key: string, value: string, options?: LibstoreCallOptions): Promise<boolean> {
    return this.#do(key, options, () => {
      checkItem(value);
      if (this.#contents.has(key)) return false;
      this.#contents.set(key, value);
      return true;
    });
  }

  delete(key: string, options?: LibstoreCallOptions): Promise<boolean> {
    return this.#do(key, options, () => this.#contents.delete(key));
  }

  getList(key: string, options?: ListOptions): Promise<readonly string[] | undefined> {
    return this.#do(key, options, () => this.#list(key, options));
  }

  appendToList(key: string, item: string, options?: LibstoreCallOptions): Promise<boolean> {
    return this.#do(key, options, () => {
      checkItem(item);
      const items = itemsIn(this.#contents.get(key)) ?? new Set();
      const count = items.size;
      items.add(item);
      this.#contents.set(key, items);
      return items.size > count;
    });
  }

  removeFromList(key: string, item: string, options?: LibstoreCallOptions): Promise<boolean> {
    return this.#do(key, options, () => {
      checkItem(item);
      const items = itemsIn(this.#contents.get(key));
      const isRemoved = items?.delete(item) ?? false;
      if (items?.size === 0) this.#contents.delete(key);
      return isRemoved;
    });
  }

  getMany(
    keys: readonly string[],
    options?: LibstoreCallOptions,
  ): Promise<readonly (string | undefined | AtollError)[]> {
    return Promise.all(keys.map((key) => this.get(key, options).catch(asFault)));
  }

  getLists(
    keys: readonly string[],
    options?: ListOptions,
  ): Promise<readonly (readonly string[] | undefined | AtollError)[]> {
    return Promise.all(keys.map((key) => this.getList(key, options).catch(asFault)));
  }

  statistics(): LibstoreStatistics {
    return {
      hits: this.#hits,
      misses: 0,
      leasesGranted: 0,
      revocations: 0,
      roundTrips: 0,
      requests: 0,
      retries: 0,
    };
  }

  close(): Promise<void> {
    this.#isClosed = true;
    return Promise.resolve();
  }

  #get(key: string): string | undefined {
    const value = valueIn(this.#contents.get(key));
    this.#hits += 1;
    return value;
  }

  #list(key: string, options: ListOptions | undefined): readonly string[] | undefined {
    const newest = checkNewest(options?.newest ?? Infinity);
    const items = itemsIn(this.#contents.get(key));
    this.#hits += 1;
    if (items === undefined) return undefined;
    const all = [...items];
    return newest >= all.length ? all : all.slice(all.length - newest);
  }

  /** `step` runs inside the promise, so that what it throws rejects it. */
  #do<Result>(
    key: string,
    options: LibstoreCallOptions | undefined,
    step: () => Result,
  ): Promise<Result> {
    return new Promise((resolve) => {
      if (options?.timeoutMs !== undefined) checkTimeoutMs(options.timeoutMs);
      checkText(key);
      if (this.#isClosed) throw new AtollError('CLIENT_CLOSED', 'the Libstore was closed');
      resolve(step());
    });
  }
}

function valueIn(content: Content | undefined): string | undefined {
  if (content instanceof Set) throw wrongKind();
  return content;
}

function itemsIn(content: Content | undefined): Set<string> | undefined {
  if (typeof content === 'string') throw wrongKind();
  return content;
}

function wrongKind(): AtollError {
  return new AtollError('RING_WRONG_KIND', 'the key holds the other kind of entry');
}
