import { AtollError } from '../core/errors.ts';
import { parseAddress } from './address.ts';

/**
 * Names an actor anywhere: whoever has the ref can tell it messages of type `Message`, on its thread, across
 * threads, across machines. CMUD §4.
 *
 * A ref is a value: two refs with the same address and counter name the same actor. It is the only thing
 * with a prototype of its own that a message may hold, and it goes through JSON both ways.
 */
export class ActorRef<in Message> {
  /** The system that the actor lives in, and which life of it (`Address`, formatted). */
  readonly address: string;
  /** Which actor of the system; `counter % threads` is the thread that owns it. */
  readonly counter: number;
  /** Only for the types: a ref of narrow messages is not one of wide ones. Never set. */
  declare readonly accepts?: (message: Message) => void;

  constructor(address: string, counter: number) {
    this.address = address;
    this.counter = counter;
  }

  /** A name that no other actor has, also not in another life of its system. CMUD §5. */
  uid(): string {
    return `${this.address}/${this.counter}`;
  }

  toJSON(): { address: string; counter: number } {
    return { address: this.address, counter: this.counter };
  }

  /** The inverse of `toJSON`. Throws `ACTOR_REF_INVALID` for anything else. */
  static fromJSON<Message>(value: unknown): ActorRef<Message> {
    if (isRefShape(value)) {
      if (parseAddress(value.address) !== undefined && isCounter(value.counter)) {
        return new ActorRef(value.address, value.counter);
      }
    }
    throw new AtollError(
      'ACTOR_REF_INVALID',
      'an actor ref is {"address": "host:port#boot.threads", "counter": 1 …}',
    );
  }
}

/** Actors of a system are counted in whole numbers that a double holds exactly. */
function isCounter(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function isRefShape(value: unknown): value is { address: string; counter: number } {
  if (typeof value !== 'object' || value === null) return false;
  const { address, counter } = value as { address?: unknown; counter?: unknown };
  return typeof address === 'string' && typeof counter === 'number';
}
