import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Random } from '../core/random.ts';
import type { Timer } from '../core/timers.ts';
import type { ActorCell } from './actor-cell.ts';
import type { ActorContext, ActorKind } from './actor-kind.ts';
import type { ActorRef } from './actor-ref.ts';
import type { Dispatcher } from './dispatcher.ts';

/** What an actor is given: its dispatcher, seen from its cell. */
export class CellContext implements ActorContext<unknown> {
  readonly #dispatcher: Dispatcher;
  readonly #cell: ActorCell;

  constructor(dispatcher: Dispatcher, cell: ActorCell) {
    this.#dispatcher = dispatcher;
    this.#cell = cell;
  }

  get self(): ActorRef<unknown> {
    return this.#cell.ref;
  }

  get clock(): Clock {
    return this.#dispatcher.outside.clock;
  }

  get random(): Random {
    return this.#dispatcher.outside.random;
  }

  get log(): Log {
    return this.#dispatcher.outside.log;
  }

  tell<To>(to: ActorRef<To>, message: To): void {
    this.#dispatcher.tell(this.#cell, to, message);
  }

  tellAfter<To>(to: ActorRef<To>, message: To, delayMs: number): Timer {
    return this.#dispatcher.tellAfter(this.#cell, to, message, delayMs);
  }

  startActor<Other, Lent>(kind: ActorKind<Other, Lent>): ActorRef<Other> {
    return this.#dispatcher.startActor(kind, this.#dispatcher.thread);
  }

  isLocal(ref: ActorRef<never>): boolean {
    return this.#dispatcher.isLocal(ref);
  }

  stop(): void {
    this.#dispatcher.stop(this.#cell);
  }
}
