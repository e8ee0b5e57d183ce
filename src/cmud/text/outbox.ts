import { cmudLimits } from '../../core/limits.ts';
import type { Timer, Timers } from '../../core/timers.ts';
import type { GeoStore } from '../../geo/client/geo-store.ts';
import type { Write } from '../rules/moves.ts';

export interface OutboxOptions {
  readonly store: GeoStore;
  readonly timers: Timers;
  /** The first put that failed after one that did not. */
  readonly onLost: (fault: unknown) => void;
  /** After a put that failed, all that waited was kept. */
  readonly onBack: () => void;
}

interface Pending {
  readonly write: Write;
  readonly onKept: (() => void)[];
}

/**
 * Puts that are tried until the store has them.
 *
 * One after the other and of each key only the newest: values are totals, so a newer one says everything
 * that an older one said. What was kept is remembered and put once more after a reset or when somebody
 * else changed it: a server that lost its memory, or an older put that arrived after a newer one, is
 * put right by saying the total again.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  /** In the order in which they wait. */
  readonly #pending: Map<string, Pending> = new Map();
  /** The last value of each key that lasts. */
  readonly #latest: Map<string, Write> = new Map();
  #onEmpty: (() => void)[] = [];
  #failures = 0;
  /** It was told that the server is lost, and not yet that it is back. */
  #wasLost = false;
  #isPumping = false;
  #isClosed = false;
  #retry: { readonly timer: Timer; readonly goOn: () => void } | undefined;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Whether the last put failed. */
  get isLost(): boolean {
    return this.#failures > 0;
  }

  get waitingCount(): number {
    return this.#pending.size;
  }

  /** Resolves when the store has this value or a newer one of the same key. */
  put(write: Write): Promise<void> {
    return new Promise((resolve) => {
      const before = this.#pending.get(write.key);
      this.#pending.set(write.key, { write, onKept: [...(before?.onKept ?? []), resolve] });
      if (write.ttlMs === undefined) this.#latest.set(write.key, write);
      void this.#pump(); // It never rejects: a failure is a retry.
    });
  }

  /** The keys that were put for good. */
  get keptKeys(): Iterable<string> {
    return this.#latest.keys();
  }

  /** Whether the store should have another value of `key` than this one, and is not being told already. */
  differs(key: string, value: string | undefined): boolean {
    const latest = this.#latest.get(key);
    return latest !== undefined && latest.value !== value && !this.#pending.has(key);
  }

  /** Says once more what was last said of `key`. */
  putAgain(key: string): void {
    const latest = this.#latest.get(key);
    if (latest !== undefined && !this.#pending.has(key)) void this.put(latest);
  }

  /** True when nothing waits any more; false if that is not so after `withinMs`. */
  async drain(withinMs: number): Promise<boolean> {
    if (this.#pending.size === 0) return true;
    return new Promise((resolve) => {
      const timer = this.#options.timers.setTimer(withinMs, () => resolve(false));
      this.#onEmpty.push(() => {
        timer.cancel();
        resolve(true);
      });
    });
  }

  /** Nothing is put any more. */
  close(): void {
    this.#isClosed = true;
    this.#retry?.timer.cancel();
    this.#retry?.goOn();
  }

  async #pump(): Promise<void> {
    if (this.#isPumping) return;
    this.#isPumping = true;
    while (!this.#isClosed) {
      const next = this.#pending.values().next().value;
      if (next === undefined) break;
      await this.#tryPut(next);
    }
    this.#isPumping = false;
    if (this.#isClosed) return;
    if (this.#wasLost) this.#options.onBack();
    this.#wasLost = false;
    const onEmpty = this.#onEmpty;
    this.#onEmpty = [];
    for (const tell of onEmpty) tell();
  }

  async #tryPut({ write, onKept }: Pending): Promise<void> {
    const { store } = this.#options;
    const { key, value, ttlMs } = write;
    try {
      await store.put(key, value, {
        timeoutMs: cmudLimits.putMs,
        ...(ttlMs === undefined ? {} : { ttlMs }),
      });
    } catch (fault) {
      await this.#pauseAfter(fault);
      return;
    }
    // A newer value that came meanwhile stays and takes its own turn.
    if (this.#pending.get(key)?.write === write) this.#pending.delete(key);
    for (const tell of onKept) tell();
    this.#failures = 0;
  }

  #pauseAfter(fault: unknown): Promise<void> {
    const { timers, onLost } = this.#options;
    const { retryFirstMs, retryLastMs } = cmudLimits;
    const delayMs = Math.min(retryFirstMs * 2 ** Math.min(this.#failures, 16), retryLastMs);
    this.#failures++;
    if (!this.#wasLost && !this.#isClosed) onLost(fault);
    this.#wasLost = true;
    return new Promise((resolve) => {
      this.#retry = { timer: timers.setTimer(delayMs, resolve), goOn: resolve };
    });
  }
}
