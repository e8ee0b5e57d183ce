/**
 * How actors are counted: `counter = (n × threads + creator) × threads + owner`.
 *
 * `counter % threads` is the thread that owns the actor, so routing needs no table; the creator's part lets
 * every thread give out counters for any other without asking; and since each creator counts up, an owner can
 * tell an actor that ended from one whose start is still on its way. n begins with 1: smaller counters
 * name no actor.
 */
export class CounterSpace {
  readonly #thread: number;
  readonly #threads: number;
  readonly #nextN: number[];

  constructor(thread: number, threads: number) {
    this.#thread = thread;
    this.#threads = threads;
    this.#nextN = Array.from({ length: threads }, () => 1);
  }

  /** A counter that was never given out, for an actor or channel on thread `owner`. */
  next(owner: number): number {
    const n = this.#nextN[owner] ?? 1;
    this.#nextN[owner] = n + 1;
    return (n * this.#threads + this.#thread) * this.#threads + owner;
  }

  ownerOf(counter: number): number {
    return counter % this.#threads;
  }

  creatorOf(counter: number): number {
    return Math.floor(counter / this.#threads) % this.#threads;
  }

  /** The how-many-th of its creator and owner it is; 0: none. */
  ordinalOf(counter: number): number {
    return Math.floor(counter / (this.#threads * this.#threads));
  }
}
