import type { Clock } from '../../core/clock.ts';
import type { Connection, HostPort } from '../../core/network.ts';
import type { Timer, Timers } from '../../core/timers.ts';

interface Delayed {
  readonly dueMs: number;
  /** Undefined: the end. */
  readonly bytes: Uint8Array | undefined;
}

/**
 * A connection whose bytes leave later, in order: another continent, for demonstrations and tests.
 *
 * Nothing waits for what was sent before to arrive, so only the latency grows; any number of bytes
 * may be under way. They are not counted as buffered before they are due.
 */
export class DelayedConnection implements Connection {
  readonly #inner: Connection;
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #delayMs: number;
  #queue: Delayed[] = [];
  #timer: Timer | undefined;

  constructor(
    inner: Connection,
    { clock, timers, delayMs }: { clock: Clock; timers: Timers; delayMs: number },
  ) {
    this.#inner = inner;
    this.#clock = clock;
    this.#timers = timers;
    this.#delayMs = delayMs;
  }

  get remote(): HostPort {
    return this.#inner.remote;
  }

  get bufferedBytes(): number {
    return this.#inner.bufferedBytes;
  }

  write(bytes: Uint8Array): boolean {
    this.#delay(new Uint8Array(bytes));
    return true;
  }

  pauseReading(): void {
    this.#inner.pauseReading();
  }

  resumeReading(): void {
    this.#inner.resumeReading();
  }

  end(): void {
    this.#delay(undefined);
  }

  destroy(): void {
    this.#queue = [];
    this.#timer?.cancel();
    this.#inner.destroy();
  }

  #delay(bytes: Uint8Array | undefined): void {
    this.#queue.push({ dueMs: this.#clock.monotonicMs() + this.#delayMs, bytes });
    if (this.#queue.length === 1) this.#wait(this.#delayMs);
  }

  #wait(delayMs: number): void {
    this.#timer = this.#timers.setTimer(Math.max(0, delayMs), () => this.#release());
  }

  #release(): void {
    const nowMs = this.#clock.monotonicMs();
    const undue = this.#queue.findIndex(({ dueMs }) => dueMs > nowMs);
    const due = this.#queue.splice(0, undue === -1 ? this.#queue.length : undue);
    const next = this.#queue[0];
    if (next !== undefined) this.#wait(next.dueMs - nowMs);
    for (const { bytes } of due) {
      if (bytes === undefined) this.#inner.end();
      else this.#inner.write(bytes);
    }
  }
}
