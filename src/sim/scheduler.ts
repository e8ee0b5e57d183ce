import { assert } from '../core/assert.ts';
import { EventHeap } from './event-heap.ts';
import type { SimEvent } from './event-heap.ts';
import { hashText } from './sim-random.ts';
import type { SimRandom } from './sim-random.ts';

export interface SchedulerOptions {
  readonly random: SimRandom;
  /** Receives a line for each event, before it happens. */
  readonly trace?: ((line: string) => void) | undefined;
  /** A simulation with more events than this has failed: it never comes to rest. */
  readonly eventsMax: number;
  /** How many links of a chain of promises are followed between two events. */
  readonly promiseTicks: number;
}

/**
 * Virtual time: a heap of events, run one after the other, and nothing happens between them.
 *
 * Events of the same time run in an order that the seed decides: where nobody promised an order, every order
 * is tried sooner or later. The rolling hash over all that happened tells whether two runs were the same.
 *
 * Promises are real ones: JavaScript has no other. Between two events the scheduler steps aside
 * `promiseTicks` times, so that what an event resolved goes on before the next event; a longer chain goes on
 * after it, later than in life but at the same point in every run.
 */
export class Scheduler {
  readonly #heap: EventHeap = new EventHeap();
  readonly #options: SchedulerOptions;
  readonly #kindHashes: Map<string, number> = new Map();
  #nowMs = 0;
  #sequence = 0;
  #hashLow = 0x811c9dc5;
  #hashHigh = 0x9e3779b9;
  #eventCount = 0;
  #failure: { readonly error: unknown } | undefined;

  constructor(options: SchedulerOptions) {
    this.#options = options;
  }

  /** Virtual milliseconds since the start, with fraction. */
  get nowMs(): number {
    return this.#nowMs;
  }

  get eventCount(): number {
    return this.#eventCount;
  }

  /** 16 hex digits that stand for everything that happened so far. */
  get traceHash(): string {
    return hex32(this.#hashHigh) + hex32(this.#hashLow);
  }

  /** Runs `callback` in `delayMs`; of several at the same time any may go first. */
  after(delayMs: number, kind: string, who: string, callback: () => void): SimEvent {
    return this.#add(delayMs, this.#options.random.bits() + 1, kind, who, callback);
  }

  /** Runs `callback` in `delayMs`, before the others of that time and after earlier ones of this kind. */
  afterFirst(delayMs: number, kind: string, who: string, callback: () => void): SimEvent {
    return this.#add(delayMs, 0, kind, who, callback);
  }

  /** The event does not happen. Does nothing if it has happened. */
  cancel(event: SimEvent): void {
    this.#heap.remove(event);
  }

  /** Makes a value part of the hash: what an event did, beyond its happening. */
  observe(value: number): void {
    this.#hashLow = Math.imul(this.#hashLow ^ value, 0x01000193);
    this.#hashHigh = Math.imul(this.#hashHigh ^ this.#hashLow ^ (value >>> 16), 0x85ebca6b);
  }

  /** Ends the simulation with this error as soon as the current event is over. The first one counts. */
  fail(error: unknown): void {
    this.#failure ??= { error };
  }

  /** Runs what happens until then, also what is scheduled meanwhile; time is `untilMs` afterwards. */
  async runUntil(untilMs: number): Promise<void> {
    // A chain of promises longer than was followed may have scheduled something meanwhile.
    do await this.#run(untilMs, () => false);
    while ((this.#heap.next?.atMs ?? Infinity) <= untilMs);
    this.#nowMs = Math.max(this.#nowMs, untilMs);
  }

  /** Runs until nothing is left to happen. */
  runUntilIdle(): Promise<void> {
    return this.#run(Infinity, () => false);
  }

  /** Runs until `isReached`, checked after each event; false if it was not by `untilMs`. */
  async runUntilReached(isReached: () => boolean, untilMs: number): Promise<boolean> {
    await this.#run(untilMs, isReached);
    if (isReached()) return true;
    if (Number.isFinite(untilMs)) this.#nowMs = Math.max(this.#nowMs, untilMs);
    return false;
  }

  async #run(untilMs: number, isReached: () => boolean): Promise<void> {
    // What the caller did before may have left promises to follow.
    await this.#followPromises();
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure.error;
      const event = this.#heap.next;
      if (event === undefined || event.atMs > untilMs || isReached()) return;
      this.#happen(event);
      await this.#followPromises();
    }
  }

  async #followPromises(): Promise<void> {
    for (let tick = 0; tick < this.#options.promiseTicks; tick++) await settled;
  }

  #happen(event: SimEvent): void {
    this.#heap.remove(event);
    assert(event.atMs >= this.#nowMs, 'virtual time went back');
    this.#nowMs = event.atMs;
    this.#eventCount++;
    assert(this.#eventCount <= this.#options.eventsMax, 'the simulation does not come to rest');
    this.observe(this.#kindHash(event.kind));
    this.observe((event.atMs * 1_048_576) | 0);
    this.#options.trace?.(`${event.atMs.toFixed(3).padStart(12)} ${event.who} ${event.kind}`);
    try {
      event.callback();
    } catch (error) {
      this.fail(error);
    }
  }

  #add(delayMs: number, tie: number, kind: string, who: string, callback: () => void): SimEvent {
    assert(delayMs >= 0, `an event cannot happen in ${delayMs} ms`);
    const event: SimEvent = {
      atMs: this.#nowMs + delayMs,
      tie,
      sequence: this.#sequence++,
      kind,
      who,
      callback,
      heapIndex: -1,
    };
    this.#heap.add(event);
    return event;
  }

  #kindHash(kind: string): number {
    const known = this.#kindHashes.get(kind);
    if (known !== undefined) return known;
    const hash = hashText(kind);
    this.#kindHashes.set(kind, hash);
    return hash;
  }
}

/** Awaiting it takes one turn of the queue of promise continuations. */
const settled: Promise<void> = Promise.resolve();

function hex32(bits: number): string {
  return (bits >>> 0).toString(16).padStart(8, '0');
}
