import type { ActorRef } from './actor-ref.ts';

/**
 * The way out of the actors: refs that stand for a waiting program instead of an actor. CMUD §4.3.
 *
 * The first message to a channel ref resolves its promise; later ones find nobody and count as dead letters.
 */
export interface Channel<Message> {
  readonly ref: ActorRef<Message>;
  /** Resolves with the first message. Rejects with `SYSTEM_CLOSED` when the system closes before. */
  readonly message: Promise<Message>;
  /** Waits no longer: a message that comes now is a dead letter. */
  close(): void;
}

/** The channels of one thread that still wait. */
export class ChannelRefs {
  readonly #waiting: Map<number, Waiting> = new Map();

  get size(): number {
    return this.#waiting.size;
  }

  open(counter: number, waiting: Waiting): void {
    this.#waiting.set(counter, waiting);
  }

  /** Hands the message to whoever waits. False if nobody does. */
  deliver(counter: number, message: unknown): boolean {
    const waiting = this.#waiting.get(counter);
    if (waiting === undefined) return false;
    this.#waiting.delete(counter);
    waiting.resolve(message);
    return true;
  }

  close(counter: number): void {
    this.#waiting.delete(counter);
  }

  failAll(error: Error): void {
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const waiting of all) waiting.reject(error);
  }
}

export interface Waiting {
  resolve(message: unknown): void;
  reject(error: Error): void;
}
