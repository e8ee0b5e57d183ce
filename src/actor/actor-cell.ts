import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Random } from '../core/random.ts';
import type { Timer } from '../core/timers.ts';
import type { ActorBehaviour, ActorContext, ActorKind } from './actor-kind.ts';
import type { ActorRef } from './actor-ref.ts';
import type { Dispatcher } from './dispatcher.ts';
import { Mailbox } from './mailbox.ts';

/**
 * An actor as its thread keeps it, and what the actor sees of its thread: one object, because a hundred
 * thousand idle actors have one each.
 */
export class ActorCell implements ActorContext<unknown> {
  readonly self: ActorRef<unknown>;
  readonly kind: ActorKind<unknown, unknown>;
  readonly mailbox: Mailbox<unknown> = new Mailbox();
  /** Replaced when the kind restarts after a throw; undefined once the actor ended. */
  behaviour: ActorBehaviour<unknown, unknown> | undefined = undefined;
  /** Whether it stands in the run loop's ready list. */
  isReady = false;
  readonly #dispatcher: Dispatcher;

  constructor(dispatcher: Dispatcher, self: ActorRef<unknown>, kind: ActorKind<unknown, unknown>) {
    this.#dispatcher = dispatcher;
    this.self = self;
    this.kind = kind;
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
    this.#dispatcher.tell(this, to, message);
  }

  tellAfter<To>(to: ActorRef<To>, message: To, delayMs: number): Timer {
    return this.#dispatcher.tellAfter(this, to, message, delayMs);
  }

  startActor<Other, Lent>(kind: ActorKind<Other, Lent>): ActorRef<Other> {
    return this.#dispatcher.startActor(kind, this.#dispatcher.thread);
  }

  isLocal(ref: ActorRef<never>): boolean {
    return this.#dispatcher.isLocal(ref);
  }

  stop(): void {
    this.#dispatcher.stop(this);
  }
}
