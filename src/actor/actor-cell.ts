import type { ActorBehaviour, ActorKind } from './actor-kind.ts';
import type { ActorRef } from './actor-ref.ts';
import { Mailbox } from './mailbox.ts';

/** An actor as its thread keeps it. */
export interface ActorCell {
  readonly ref: ActorRef<unknown>;
  readonly kind: ActorKind<unknown, unknown>;
  readonly mailbox: Mailbox<unknown>;
  /** Replaced when the kind restarts after a throw; undefined once the actor ended. */
  behaviour: ActorBehaviour<unknown, unknown> | undefined;
  /** Whether it stands in the run loop's ready list. */
  isReady: boolean;
}

export function createCell(ref: ActorRef<unknown>, kind: ActorKind<unknown, unknown>): ActorCell {
  return { ref, kind, mailbox: new Mailbox(), behaviour: undefined, isReady: false };
}
