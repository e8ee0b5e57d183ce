import { actorLimits } from '../core/limits.ts';
import type { CounterSpace } from './counter-space.ts';

/**
 * Messages for actors whose start is still on its way. One thread starts an actor on a second one and gives
 * its ref to a third; the third one's tell may come first, and must not be lost for it.
 *
 * Each creator counts its actors up and its starts arrive in order, so a counter above the last one that
 * started is not dead but not born yet. Bounded, because a stranger can invent such counters.
 */
export class UnbornMail {
  readonly #thread: number;
  readonly #space: CounterSpace;
  /** By creator: the ordinal of its last actor that started here. */
  readonly #lastStarted: number[] = [];
  readonly #held: Map<number, unknown[]> = new Map();
  #heldCount = 0;

  constructor(thread: number, space: CounterSpace) {
    this.#thread = thread;
    this.#space = space;
  }

  /** Keeps the message for its actor's start. False if there will be none, or if too much is held. */
  hold(counter: number, message: unknown): boolean {
    const creator = this.#space.creatorOf(counter);
    // What this thread itself starts is there at once; what others own never is.
    if (creator === this.#thread || this.#space.ownerOf(counter) !== this.#thread) return false;
    if (this.#heldCount >= actorLimits.messagesBeforeStartMax) return false;
    if (this.#space.ordinalOf(counter) <= (this.#lastStarted[creator] ?? 0)) return false;
    const held = this.#held.get(counter);
    if (held === undefined) this.#held.set(counter, [message]);
    else held.push(message);
    this.#heldCount += 1;
    return true;
  }

  /** Forgets all that is held. Returns how many messages that were. */
  clear(): number {
    const forgotten = this.#heldCount;
    this.#held.clear();
    this.#heldCount = 0;
    return forgotten;
  }

  /** Notes that the actor started, and returns what waited for it, in order. */
  take(counter: number): readonly unknown[] {
    this.#lastStarted[this.#space.creatorOf(counter)] = this.#space.ordinalOf(counter);
    const held = this.#held.get(counter) ?? [];
    this.#held.delete(counter);
    this.#heldCount -= held.length;
    return held;
  }
}
