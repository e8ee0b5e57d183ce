import { AtollError } from '../../core/errors.ts';
import { geoClientLimits } from '../../core/limits.ts';
import type { Outside } from '../../core/outside.ts';
import type { Timer } from '../../core/timers.ts';
import {
  checkKey,
  checkPrefix,
  checkTimeoutMs,
  checkTtlMs,
  checkValue,
} from '../../resp/calls/arguments.ts';
import type {
  CallOptions,
  Change,
  GeoStore,
  KeyValue,
  KeyValueBytes,
  PutOptions,
  Watch,
} from './geo-store.ts';

interface Entry {
  readonly value: Buffer;
  /** Monotonic; `Infinity`: never. */
  readonly expiryMs: number;
}

interface Watcher {
  readonly prefix: string;
  readonly tell: (change: Change) => void;
}

/**
 * What a geo store holds, in memory, for any number of handles: one server without the network, for tests
 * and for simulations of applications.
 *
 * Keys are strings of which each character is one byte of the key, so that comparing them compares bytes,
 * as the order of a list demands; JavaScript's own order of text differs from that of its UTF-8.
 */
export class MemoryGeoSpace {
  readonly #outside: Pick<Outside, 'clock' | 'timers'>;
  readonly #entries: Map<string, Entry> = new Map();
  readonly #watchers: Set<Watcher> = new Set();
  /** Keys that may end. */
  readonly #mortalKeys: Set<string> = new Set();
  /** Set for the next end, but only while somebody watches: a timer keeps a process alive. */
  #expiryTimer: Timer | undefined;
  /** Made when a list asks; gone when a key comes or goes. */
  #sortedKeys: readonly string[] | undefined;

  constructor(outside: Pick<Outside, 'clock' | 'timers'>) {
    this.#outside = outside;
  }

  /** A handle, as one application would have it. Closing it closes no other. */
  open(): GeoStore {
    return new MemoryGeoStore(this);
  }

  /** The value as it is; undefined if there is none any more. */
  get(key: string): Buffer | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (entry.expiryMs > this.#outside.clock.monotonicMs()) return entry.value;
    this.#remove(key);
    return undefined;
  }

  put(key: string, value: Buffer, ttlMs: number | undefined): void {
    const expiryMs = ttlMs === undefined ? Infinity : this.#outside.clock.monotonicMs() + ttlMs;
    if (!this.#entries.has(key)) this.#sortedKeys = undefined;
    this.#entries.set(key, { value, expiryMs });
    this.#tell(key, { type: 'put', key: textOfKey(key), value: value.toString('utf8') });
    if (ttlMs === undefined) this.#mortalKeys.delete(key);
    else {
      this.#mortalKeys.add(key);
      this.#awaitExpiry();
    }
  }

  delete(key: string): boolean {
    if (this.get(key) === undefined) return false;
    this.#remove(key);
    return true;
  }

  /** At most `count` keys that start with `prefix` and come after `after`, in order. */
  keys(prefix: string, after: string | undefined, count: number): string[] {
    this.#sortedKeys ??= [...this.#entries.keys()].sort(compare);
    const sorted = this.#sortedKeys;
    const page: string[] = [];
    // Nothing lies between a key and the same key with a zero byte behind it.
    let at = firstNotBefore(sorted, after === undefined ? prefix : `${after}\0`);
    for (; at < sorted.length && page.length < count; at += 1) {
      const key = sorted[at];
      if (key === undefined || !key.startsWith(prefix)) break;
      if (this.get(key) !== undefined) page.push(key);
    }
    return page;
  }

  /** Calls `onChange` in later turns, as a network would. Returns what ends it. */
  watch(prefix: string, onChange: (change: Change) => void): () => void {
    const watcher: Watcher = {
      prefix,
      tell: (change) => {
        this.#outside.timers.nextTurn(() => {
          if (this.#watchers.has(watcher)) onChange(change);
        });
      },
    };
    this.#watchers.add(watcher);
    this.#awaitExpiry();
    return () => {
      this.#watchers.delete(watcher);
      this.#awaitExpiry();
    };
  }

  #remove(key: string): void {
    this.#entries.delete(key);
    this.#mortalKeys.delete(key);
    this.#sortedKeys = undefined;
    this.#tell(key, { type: 'delete', key: textOfKey(key) });
  }

  /** Removes what has ended, so that watchers hear of it, and comes back for the next. */
  #awaitExpiry(): void {
    this.#expiryTimer?.cancel();
    if (this.#watchers.size === 0) return;
    let nextMs = Infinity;
    for (const key of this.#mortalKeys) {
      if (this.get(key) === undefined) continue;
      nextMs = Math.min(nextMs, this.#entries.get(key)?.expiryMs ?? Infinity);
    }
    if (nextMs === Infinity) return;
    const { clock, timers } = this.#outside;
    const delayMs = Math.max(0, nextMs - clock.monotonicMs());
    this.#expiryTimer = timers.setTimer(delayMs, () => this.#awaitExpiry());
  }

  #tell(key: string, change: Change): void {
    for (const { prefix, tell } of this.#watchers) if (key.startsWith(prefix)) tell(change);
  }
}

/** One handle on a `MemoryGeoSpace`. Answers at once, so a deadline is never exceeded. */
class MemoryGeoStore implements GeoStore {
  readonly #space: MemoryGeoSpace;
  readonly #endWatch: Set<() => void> = new Set();
  #isClosed = false;

  constructor(space: MemoryGeoSpace) {
    this.#space = space;
  }

  get(key: string, options?: CallOptions): Promise<string | undefined> {
    return this.#call(options, () => this.#space.get(keyOf(key))?.toString('utf8'));
  }

  getBytes(key: string | Uint8Array, options?: CallOptions): Promise<Uint8Array | undefined> {
    return this.#call(options, () => {
      const value = this.#space.get(keyOf(key));
      return value === undefined ? undefined : Uint8Array.from(value);
    });
  }

  put(key: string | Uint8Array, value: string | Uint8Array, options?: PutOptions): Promise<void> {
    return this.#call(options, () => {
      const ttlMs = options?.ttlMs === undefined ? undefined : checkTtlMs(options.ttlMs);
      this.#space.put(keyOf(key), bufferOf(checkValue(value)), ttlMs);
    });
  }

  delete(key: string | Uint8Array, options?: CallOptions): Promise<boolean> {
    return this.#call(options, () => this.#space.delete(keyOf(key)));
  }

  async *list(prefix: string, options?: CallOptions): AsyncIterable<KeyValue> {
    for await (const { key, value } of this.#pairs(prefix, options)) {
      yield { key: textOfKey(key), value: value.toString('utf8') };
    }
  }

  async *listBytes(
    prefix: string | Uint8Array,
    options?: CallOptions,
  ): AsyncIterable<KeyValueBytes> {
    for await (const { key, value } of this.#pairs(prefix, options)) {
      yield {
        key: Uint8Array.from(Buffer.from(key, 'latin1')),
        value: Uint8Array.from(value),
      };
    }
  }

  watch(prefix: string, onChange: (change: Change) => void): Promise<Watch> {
    return this.#call(undefined, () => {
      const literal = bufferOf(checkPrefix(prefix)).toString('latin1');
      const unwatch = this.#space.watch(literal, onChange);
      this.#endWatch.add(unwatch);
      return {
        close: (): Promise<void> => {
          unwatch();
          this.#endWatch.delete(unwatch);
          return Promise.resolve();
        },
      };
    });
  }

  close(): Promise<void> {
    this.#isClosed = true;
    for (const unwatch of this.#endWatch) unwatch();
    this.#endWatch.clear();
    return Promise.resolve();
  }

  /** In pages, as a server gives them: what changes behind the page is seen, what was given is not. */
  async *#pairs(
    prefix: string | Uint8Array,
    options: CallOptions | undefined,
  ): AsyncGenerator<{ key: string; value: Buffer }, void, void> {
    const literal = bufferOf(checkPrefix(prefix)).toString('latin1');
    let after: string | undefined;
    for (;;) {
      const from = after;
      const page = await this.#call(options, () =>
        this.#space
          .keys(literal, from, geoClientLimits.listPageEntries)
          .map((key) => ({ key, value: this.#space.get(key) })),
      );
      if (page.length === 0) return;
      for (const { key, value } of page) {
        if (value !== undefined) yield { key, value };
        after = key;
      }
    }
  }

  #call<Result>(options: CallOptions | undefined, run: () => Result): Promise<Result> {
    return new Promise((resolve) => {
      if (options?.timeoutMs !== undefined) checkTimeoutMs(options.timeoutMs);
      if (this.#isClosed) throw new AtollError('CLIENT_CLOSED', 'the client was closed');
      resolve(run());
    });
  }
}

function keyOf(key: string | Uint8Array): string {
  return bufferOf(checkKey(key)).toString('latin1');
}

function textOfKey(key: string): string {
  return Buffer.from(key, 'latin1').toString('utf8');
}

function bufferOf(text: string | Uint8Array): Buffer {
  return typeof text === 'string' ? Buffer.from(text, 'utf8') : Buffer.from(text);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** The index of the first of `sorted` that is not before `key`. */
function firstNotBefore(sorted: readonly string[], key: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? '') < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
