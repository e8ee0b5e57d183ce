import type { Scheduler } from './scheduler.ts';

/** How long a turn of the event loop takes when it has nothing else to do. */
const turnMs = 0.005;

/**
 * One thread of a node from its start to its end: the event loop that its callbacks run in.
 *
 * Whatever calls into a program goes through `run`. A life that is over runs nothing any more; one that is
 * paused runs everything later, in order. A program that crashed and started again has another life, so
 * nothing of the first can reach into the second.
 */
export class SimLife {
  /** The name of its node. */
  readonly host: string;
  /** For the trace: `s1`, or `s1/2` for its thread 2. */
  readonly name: string;
  readonly #scheduler: Scheduler;
  readonly #microtasks: (() => void)[] = [];
  #turn: (() => void)[] = [];
  #deferred: (() => void)[] = [];
  #isOver = false;
  #isPaused = false;
  #isRunning = false;

  constructor(host: string, thread: number, scheduler: Scheduler) {
    this.host = host;
    this.name = thread === 0 ? host : `${host}/${thread}`;
    this.#scheduler = scheduler;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Calls `callback`, then the microtasks that it asked for. Later if paused, never if over. */
  run(callback: () => void): void {
    if (this.#isOver) return;
    if (this.#isPaused || this.#deferred.length > 0) this.#deferred.push(callback);
    else this.#enter(callback);
  }

  microtask(callback: () => void): void {
    if (this.#isOver) return;
    this.#microtasks.push(callback);
    if (this.#isRunning || this.#microtasks.length > 1) return;
    // Asked for by the continuation of a promise: there is no running callback whose end we would see.
    this.#scheduler.afterFirst(0, 'microtask', this.name, () => this.run(() => {}));
  }

  nextTurn(callback: () => void): void {
    if (this.#isOver) return;
    this.#turn.push(callback);
    if (this.#turn.length > 1) return;
    this.#scheduler.after(turnMs, 'turn', this.name, () => {
      const callbacks = this.#turn;
      this.#turn = [];
      for (const each of callbacks) this.run(each);
    });
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#scheduler.afterFirst(0, 'resume', this.name, () => this.#catchUp());
  }

  end(): void {
    this.#isOver = true;
    this.#deferred = [];
    this.#turn = [];
    this.#microtasks.length = 0;
  }

  #catchUp(): void {
    // What comes in meanwhile is appended as long as something is left, so the order holds.
    while (!this.#isPaused && !this.#isOver) {
      const callback = this.#deferred[0];
      if (callback === undefined) return;
      this.#enter(callback);
      this.#deferred.shift();
    }
  }

  #enter(callback: () => void): void {
    if (this.#isRunning) {
      callback();
      return;
    }
    this.#isRunning = true;
    try {
      callback();
      for (let index = 0; index < this.#microtasks.length; index++) this.#microtasks[index]?.();
      this.#microtasks.length = 0;
    } finally {
      this.#isRunning = false;
    }
  }
}
