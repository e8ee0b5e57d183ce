import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Outside } from '../core/outside.ts';
import type { Random } from '../core/random.ts';
import type { Timer } from '../core/timers.ts';
import type { ActorBehaviour, ActorContext, ActorKind } from './actor-kind.ts';
import type { ActorRef } from './actor-ref.ts';
import { Mailbox } from './mailbox.ts';
import type { Runnable } from './run-loop.ts';

/**
 * An actor as its thread keeps it, and what the actor sees of its thread: one object, because a hundred
 * thousand idle actors have one each.
 */
export class ActorCell implements ActorContext<unknown, unknown>, Runnable {
  readonly self: ActorRef<unknown>;
  readonly kind: ActorKind<unknown, unknown, unknown>;
  readonly mailbox: Mailbox<unknown> = new Mailbox();
  /** Replaced when the kind restarts after a throw; undefined before `create` returned and after the end. */
  behaviour: ActorBehaviour<unknown, unknown> | undefined = undefined;
  isReady = false;
  /** Whether it is to end after what it is doing. */
  isStopping = false;
  readonly #thread: CellThread;
  readonly #onEmit: ((output: unknown) => void) | undefined;

  constructor(
    thread: CellThread,
    self: ActorRef<never>,
    kind: ActorKind<unknown, unknown, unknown>,
    onEmit?: (output: never) => void,
  ) {
    this.#thread = thread;
    this.self = self as ActorRef<unknown>;
    this.kind = kind;
    this.#onEmit = onEmit as ((output: unknown) => void) | undefined;
  }

  get clock(): Clock {
    return this.#thread.outside.clock;
  }

  get random(): Random {
    return this.#thread.outside.random;
  }

  get log(): Log {
    return this.#thread.outside.log;
  }

  tell<To>(to: ActorRef<To>, message: To): void {
    this.#thread.tell(this, to, message);
  }

  tellAfter<To>(to: ActorRef<To>, message: To, delayMs: number): Timer {
    return this.#thread.tellAfter(this, to, message, delayMs);
  }

  startActor<Other, Lent>(kind: ActorKind<Other, Lent, unknown>): ActorRef<Other> {
    return this.#thread.startActor(kind, this.#thread.thread);
  }

  emit(output: unknown): void {
    try {
      this.#onEmit?.(output);
    } catch (error) {
      // It is the gateway that threw. Reported as the actor's alone, what it was given would be lost and all go on.
      this.#thread.outside.timers.microtask(() => {
        throw error;
      });
      throw error;
    }
  }

  isLocal(ref: ActorRef<never>): boolean {
    return this.#thread.isLocal(ref);
  }

  stop(): void {
    this.#thread.stop(this);
  }
}

/** What an actor's thread does for it: its dispatcher. */
export interface CellThread {
  readonly thread: number;
  readonly outside: Outside;
  tell(sender: ActorCell, to: ActorRef<never>, message: unknown): void;
  tellAfter(sender: ActorCell, to: ActorRef<never>, message: unknown, delayMs: number): Timer;
  startActor<Message, Lent>(
    kind: ActorKind<Message, Lent, unknown>,
    owner: number,
  ): ActorRef<Message>;
  isLocal(ref: ActorRef<never>): boolean;
  stop(cell: ActorCell): void;
}
