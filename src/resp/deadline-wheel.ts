import type { Clock } from '../core/clock.ts';
import type { Timer, Timers } from '../core/timers.ts';

/** Something that may be overdue. */
export interface Deadlined {
  /** In which slot of the wheel it lies; −1: in none. The wheel's own. */
  wheelSlot: number;
  /** Looks whether it is overdue; whatever is to be looked at again files itself again. */
  onDue(nowMs: number): void;
}

const slotCount = 512;
const tickMs = 1_000;

/**
 * Deadlines of many connections with one timer: a wheel of slots, one for each second, that turns while
 * there is something on it. A timer for each connection, set again at each command, costs more than a
 * command; here a command only leaves a mark, and the connection is looked at when it might be overdue.
 *
 * Coarse: late by up to a second. Deadlines beyond the wheel are looked at early, and filed again.
 */
export class DeadlineWheel {
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #onTick: () => void;
  readonly #slots: readonly Set<Deadlined>[] = Array.from(
    { length: slotCount },
    () => new Set<Deadlined>(),
  );
  #nowMs: number;
  /** The tick whose slot was emptied last. */
  #tick = 0;
  #size = 0;
  #timer: Timer | undefined;

  /** `onTick` is called once a second while the wheel turns. */
  constructor(clock: Clock, timers: Timers, onTick: () => void) {
    this.#clock = clock;
    this.#timers = timers;
    this.#onTick = onTick;
    this.#nowMs = clock.monotonicMs();
  }

  /** The time of the last tick: for marks that need not be exact. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** Calls `item.onDue` at `atMs` or up to two seconds later; replaces what was set before. */
  set(item: Deadlined, atMs: number): void {
    this.delete(item);
    if (this.#timer === undefined) this.#start();
    const tick = Math.ceil(atMs / tickMs);
    const soonest = this.#tick + 1;
    const latest = this.#tick + slotCount - 1;
    const slot = Math.min(Math.max(tick, soonest), latest) % slotCount;
    this.#slots[slot]?.add(item);
    item.wheelSlot = slot;
    this.#size += 1;
  }

  delete(item: Deadlined): void {
    if (item.wheelSlot < 0) return;
    this.#slots[item.wheelSlot]?.delete(item);
    item.wheelSlot = -1;
    this.#size -= 1;
  }

  #start(): void {
    this.#nowMs = this.#clock.monotonicMs();
    this.#tick = Math.floor(this.#nowMs / tickMs);
    this.#arm();
  }

  #arm(): void {
    this.#timer = this.#timers.setTimer(tickMs, () => this.#turn());
  }

  #turn(): void {
    this.#nowMs = this.#clock.monotonicMs();
    const now = Math.floor(this.#nowMs / tickMs);
    // After a long pause of the process each slot needs to be emptied once only.
    this.#tick = Math.max(this.#tick, now - slotCount);
    while (this.#tick < now) {
      this.#tick += 1;
      const slot = this.#slots[this.#tick % slotCount];
      if (slot === undefined || slot.size === 0) continue;
      // What files itself again lands in another slot: this one is a whole turn away.
      for (const item of slot) {
        this.delete(item);
        item.onDue(this.#nowMs);
      }
    }
    this.#onTick();
    if (this.#size > 0) this.#arm();
    else this.#timer = undefined;
  }
}
