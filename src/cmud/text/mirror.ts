import { cmudLimits } from '../../core/limits.ts';
import type { Timer, Timers } from '../../core/timers.ts';
import type { Change, GeoStore, Watch } from '../../geo/client/geo-store.ts';

/**
 * How a pair came to us: it was there when we first looked, it has just changed, or it changed while the
 * watch was lost and was found by looking again.
 */
export type Arrival = 'found' | 'news' | 'missed';

export interface MirrorOptions {
  readonly store: GeoStore;
  readonly timers: Timers;
  readonly prefix: string;
  readonly onPair: (key: string, value: string, arrival: Arrival) => void;
  readonly onGone: (key: string) => void;
  /** All was looked through again after the watch was lost: these keys are there. */
  readonly onRelisted?: (keys: ReadonlySet<string>) => void;
}

/**
 * Everything under a prefix, as it is and as it changes.
 *
 * Watch first and list then: the other way round, what changes between the two is never seen. A pair that
 * changed while the list was read is newer than the list and is not taken from it.
 */
export class Mirror {
  readonly #options: MirrorOptions;
  #watch: Watch | undefined;
  /** Keys that changed since the list that is being read was begun. */
  #changed: Set<string> | undefined;
  #retry: Timer | undefined;
  #isClosed = false;

  constructor(options: MirrorOptions) {
    this.#options = options;
  }

  /** Resolves when everything was seen once. Rejects with the store's fault if that cannot be. */
  async start(): Promise<void> {
    const watch = await this.#options.store.watch(this.#options.prefix, (change) =>
      this.#onChange(change),
    );
    if (this.#isClosed) {
      await watch.close();
      return;
    }
    this.#watch = watch;
    await this.#list('found');
  }

  /** As `start`, but tries again and again, for prefixes without which the game goes on. */
  startWhenPossible(): void {
    this.start().catch(() => this.#later(() => this.startWhenPossible()));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#retry?.cancel();
    await this.#watch?.close();
  }

  #onChange(change: Change): void {
    if (this.#isClosed) return;
    switch (change.type) {
      case 'put':
        this.#changed?.add(change.key);
        this.#options.onPair(change.key, change.value, 'news');
        return;
      case 'delete':
        this.#changed?.add(change.key);
        this.#options.onGone(change.key);
        return;
      case 'reset':
        this.#relist();
    }
  }

  #relist(): void {
    this.#list('missed').then(
      (keys) => this.#options.onRelisted?.(keys),
      () => this.#later(() => this.#relist()),
    );
  }

  async #list(arrival: 'found' | 'missed'): Promise<Set<string>> {
    const keys = new Set<string>();
    const changed = new Set<string>();
    this.#changed = changed;
    for await (const { key, value } of this.#options.store.list(this.#options.prefix)) {
      if (this.#isClosed) break;
      keys.add(key);
      if (!changed.has(key)) this.#options.onPair(key, value, arrival);
    }
    for (const key of changed) keys.add(key);
    if (this.#changed === changed) this.#changed = undefined;
    return keys;
  }

  #later(callback: () => void): void {
    if (this.#isClosed) return;
    this.#retry = this.#options.timers.setTimer(cmudLimits.retryLastMs, callback);
  }
}
