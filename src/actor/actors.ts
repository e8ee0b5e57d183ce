import { AtollError } from '../core/errors.ts';
import type { ActorCell } from './actor-cell.ts';
import type { ThreadCounters } from './counters.ts';

export interface ActorsOptions {
  readonly counters: ThreadCounters;
  readonly report: (error: AtollError, cell: ActorCell) => void;
  /** Called when the actor is gone: nobody will hear of it again. */
  readonly onEnd: (cell: ActorCell) => void;
}

/**
 * The actors of one thread from their beginning to their end. Whatever of an actor throws is reported, and what
 * becomes of the actor then is its kind's to say.
 *
 * An actor ends after what it is doing, never in the middle: a handler that stops itself runs to its end before
 * `onStop` begins. (Ending it at once would run two of its functions inside each other.)
 *
 * Invariant: an actor is in here until its mailbox is closed and what waited in it is counted; so no message waits
 * for a turn that will not come.
 */
export class Actors {
  readonly #options: ActorsOptions;
  readonly #counters: ThreadCounters;
  readonly #cells: Map<number, ActorCell> = new Map();
  /** The actor whose code runs now. */
  #running: ActorCell | undefined = undefined;

  constructor(options: ActorsOptions) {
    this.#options = options;
    this.#counters = options.counters;
  }

  get count(): number {
    return this.#cells.size;
  }

  find(counter: number): ActorCell | undefined {
    return this.#cells.get(counter);
  }

  /** Begins an actor. It can be told from now on, also by its own `create`. */
  begin(cell: ActorCell): void {
    this.#cells.set(cell.self.counter, cell);
    this.#create(cell);
  }

  /** Gives an actor a message from its mailbox. */
  handle(cell: ActorCell, message: unknown): void {
    this.#counters.mailboxDepth -= 1;
    this.#counters.handled += 1;
    // As in `#run`, without its closure: this is where a busy thread spends its time.
    this.#running = cell;
    try {
      cell.behaviour?.onMessage(message);
    } catch (error) {
      this.#onThrow(cell, error);
    }
    this.#running = undefined;
    if (cell.isStopping) this.#end(cell);
  }

  /** Gives an actor what waits in its mailbox, and then what is lent to it; false: it has ended. */
  lend(cell: ActorCell, lent: unknown): boolean {
    // Those that wait now: what the actor tells itself meanwhile comes behind the loan, or it would never come.
    for (let waiting = cell.mailbox.length; waiting > 0 && cell.mailbox.length > 0; waiting -= 1)
      this.handle(cell, cell.mailbox.pop());
    if (cell.behaviour === undefined) return false;
    const outer = this.#running;
    // As in `handle`.
    this.#running = cell;
    try {
      cell.behaviour?.onLent?.(lent);
    } catch (error) {
      this.#onThrow(cell, error);
    }
    this.#running = outer;
    if (cell.isStopping) this.#end(cell);
    return true;
  }

  /** Ends an actor, after what it is doing. Does nothing for one that ended. */
  stop(cell: ActorCell): void {
    cell.isStopping = true;
    if (cell !== this.#running) this.#end(cell);
  }

  stopAll(): void {
    for (const cell of this.#cells.values()) this.stop(cell);
  }

  #create(cell: ActorCell): void {
    // So that an actor whose `create` throws is told from one that throws later: it would throw again and again.
    cell.behaviour = undefined;
    this.#run(cell, () => {
      cell.behaviour = cell.kind.create(cell);
    });
  }

  #run(cell: ActorCell, work: () => void): void {
    // An actor may start another one, whose `create` runs inside.
    const outer = this.#running;
    this.#running = cell;
    try {
      work();
    } catch (error) {
      this.#onThrow(cell, error);
    }
    this.#running = outer;
    if (cell.isStopping) this.#end(cell);
  }

  #onThrow(cell: ActorCell, cause: unknown): void {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const text = `${cell.kind.name} ${cell.self.uid()} threw: ${reason}`;
    this.#options.report(new AtollError('ACTOR_HANDLER_THREW', text, { cause }), cell);
    if (cell.behaviour === undefined || cell.kind.onThrow === 'stop') cell.isStopping = true;
    else if (cell.kind.onThrow === 'restart' && !cell.isStopping) this.#create(cell);
  }

  /** What waits for the actor, and what comes later, are dead letters. */
  #end(cell: ActorCell): void {
    if (!this.#cells.delete(cell.self.counter)) return;
    const { behaviour } = cell;
    cell.behaviour = undefined;
    const forgotten = cell.mailbox.close();
    this.#counters.mailboxDepth -= forgotten;
    this.#counters.deadLetters += forgotten;
    this.#run(cell, () => behaviour?.onStop?.());
    this.#options.onEnd(cell);
  }
}
