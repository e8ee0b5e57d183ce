import { assert } from '../core/assert.ts';
import { actorLimits } from '../core/limits.ts';
import type { Timers } from '../core/timers.ts';
import { Mailbox } from './mailbox.ts';

/**
 * Gives each actor of a thread that has messages its turn.
 *
 * The loop wakes by a microtask, so that a message is handled in the turn in which it was told, and goes on as
 * long as there is work: one `setImmediate` for each message would be forty times slower. Two budgets keep it
 * fair: an actor yields to the next one, and the thread yields to its sockets and timers.
 */
export class RunLoop<Cell extends Runnable> {
  readonly #timers: Timers;
  readonly #handlers: RunLoopHandlers<Cell>;
  readonly #ready: Mailbox<Cell> = new Mailbox();
  #isScheduled = false;
  /** Whether something asked for a turn while the current one was already seeing its results off. */
  #isWantedAgain = false;
  #isRunning = false;

  constructor(timers: Timers, handlers: RunLoopHandlers<Cell>) {
    this.#timers = timers;
    this.#handlers = handlers;
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** Gives the actor a turn soon, if it has none coming. */
  ready(cell: Cell): void {
    if (cell.isReady) return;
    cell.isReady = true;
    this.#ready.push(cell);
    this.wake();
  }

  /** Sees to it that a turn comes, at whose end `onTurnEnd` is called. */
  wake(): void {
    this.#isWantedAgain = true;
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#timers.microtask(this.#turn);
  }

  /**
   * What is done from here to `end` is a turn of its own. Not a function that runs a function: a closure for each small
   * loan costs more than many of them. Requires: no turn is running, and `end` is called whatever happens.
   */
  begin(): void {
    assert(!this.#isRunning, 'a turn cannot begin inside another');
    this.#isRunning = true;
  }

  end(): void {
    this.#isRunning = false;
    this.#isWantedAgain = false;
    this.#handlers.onTurnEnd();
  }

  readonly #turn = (): void => {
    this.begin();
    try {
      this.#handlers.onTurnStart();
      let budget: number = actorLimits.messagesPerThreadTurn;
      for (let cells = 1; budget > 0; cells += 1) {
        const cell = this.#ready.pop();
        if (cell === undefined) break;
        budget -= this.#turnOf(cell);
        // A message can be much work, and a clock is dear compared to a small one.
        if (cells % cellsPerClock === 0 && this.#handlers.isTurnOver()) break;
      }
    } finally {
      this.end();
    }
    // Never by a microtask: whatever goes on and on, sockets and timers are let in between.
    if (this.#ready.length > 0 || this.#isWantedAgain) this.#timers.nextTurn(this.#turn);
    else this.#isScheduled = false;
  };

  /** Returns how many messages were handled. */
  #turnOf(cell: Cell): number {
    const budget = Math.min(cell.mailbox.length, actorLimits.messagesPerActorTurn);
    for (let handled = 0; handled < budget; handled += 1) {
      if (cell.mailbox.length === 0) break;
      this.#handlers.handle(cell, cell.mailbox.pop());
    }
    if (cell.mailbox.length > 0) this.#ready.push(cell);
    else cell.isReady = false;
    // An empty turn costs something too: a thread full of them must still come to its sockets.
    return Math.max(budget, 1);
  }
}

/** What the loop needs to know of an actor. */
export interface Runnable {
  readonly mailbox: Mailbox<unknown>;
  /** Whether it stands in the ready list. The loop's own. */
  isReady: boolean;
}

export interface RunLoopHandlers<Cell> {
  /** Not of a turn that `begin` began from outside. */
  onTurnStart(): void;
  handle(cell: Cell, message: unknown): void;
  /** Whether the turn has lasted as long as one may. */
  isTurnOver(): boolean;
  /** Whatever the turn produced for others leaves now. */
  onTurnEnd(): void;
}

const cellsPerClock = 32;
