import { ringLimits } from '../../../core/limits.ts';
import type { Once, WriteReply } from './write.ts';

/** What is remembered of one client. */
interface AppliedClient {
  /** Below it, the client has its answers. */
  floor: number;
  /** The tick in which it last wrote. */
  tick: number;
  readonly replies: Map<number, WriteReply>;
}

export interface AppliedBounds {
  readonly clientsMax: number;
  readonly perClientMax: number;
}

/** What is known of a write that comes: `new`, how it was answered, or why it cannot be taken. */
export type Known = 'new' | 'over' | 'too many' | { readonly reply: WriteReply };

/**
 * The replies to writes that clients may send again: a repeated one gets the reply of the first, and is not applied.
 *
 * Replies that changed nothing are remembered too, while the node lives: a copy of such a write that was late, on a connection
 * that the client has given up, would be judged anew when its client already has its answer. After a restart there are no
 * late copies.
 *
 * A client is forgotten when it has not written for `appliedTicksKept` ticks that the node lived. Time of the calendar would
 * forget all of them while the node is away, just when they repeat.
 */
export class AppliedRequests {
  readonly #clients: Map<string, AppliedClient> = new Map();
  readonly #bounds: AppliedBounds;
  #tick = 0;
  #replyCount = 0;

  constructor(bounds: AppliedBounds) {
    this.#bounds = bounds;
  }

  get clientCount(): number {
    return this.#clients.size;
  }

  /** Writes that are remembered, of all clients. */
  get replyCount(): number {
    return this.#replyCount;
  }

  /** What is known of a write; it counts as a word of its client, which says by it what it has. */
  find({ client, sequence, floor }: Once): Known {
    const known = this.#clients.get(client);
    if (known === undefined)
      return this.#clients.size < this.#bounds.clientsMax ? 'new' : 'too many';
    known.tick = this.#tick;
    this.#raiseFloor(known, floor);
    if (sequence < known.floor) return 'over';
    const reply = known.replies.get(sequence);
    if (reply !== undefined) return { reply };
    return known.replies.size < this.#bounds.perClientMax ? 'new' : 'too many';
  }

  /** A write was executed, now or in a record of the journal. */
  add({ client, sequence, floor }: Once, reply: WriteReply): void {
    let known = this.#clients.get(client);
    if (known === undefined) {
      known = { floor, tick: this.#tick, replies: new Map() };
      this.#clients.set(client, known);
    }
    this.#raiseFloor(known, floor);
    known.tick = this.#tick;
    if (sequence < known.floor) return;
    const before = known.replies.size;
    known.replies.set(sequence, reply);
    this.#replyCount += known.replies.size - before;
  }

  /** The node has lived another while: clients that were silent for long are forgotten. */
  tick(): void {
    this.#tick += 1;
    for (const [client, { tick, replies }] of this.#clients) {
      if (this.#tick - tick <= ringLimits.appliedTicksKept) continue;
      this.#replyCount -= replies.size;
      this.#clients.delete(client);
    }
  }

  /** All that is remembered, for a snapshot: each client with the ticks since it last wrote. */
  *entries(): Generator<AppliedEntry> {
    for (const [client, { floor, tick, replies }] of this.#clients) {
      yield { client, floor, age: this.#tick - tick, replies };
    }
  }

  /** Takes back what `entries` gave. */
  load({ client, floor, age, replies }: AppliedEntry): void {
    this.#replyCount += replies.size - (this.#clients.get(client)?.replies.size ?? 0);
    this.#clients.set(client, { floor, tick: this.#tick - age, replies: new Map(replies) });
  }

  #raiseFloor(known: AppliedClient, floor: number): void {
    if (floor <= known.floor) return;
    const { replies } = known;
    const before = replies.size;
    // A client that leaps costs no more than it has.
    if (floor - known.floor > replies.size) {
      for (const sequence of replies.keys()) if (sequence < floor) replies.delete(sequence);
    } else {
      for (let sequence = known.floor; sequence < floor; sequence += 1) replies.delete(sequence);
    }
    this.#replyCount -= before - replies.size;
    known.floor = floor;
  }
}

export interface AppliedEntry {
  readonly client: string;
  readonly floor: number;
  readonly age: number;
  readonly replies: ReadonlyMap<number, WriteReply>;
}
