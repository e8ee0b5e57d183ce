import { assert } from '../../../core/assert.ts';
import type { Client } from '../../../resp/client.ts';
import { writeBytes, type Once, type Write, type WriteOutcome } from './write.ts';

/** Who is to hear what became of a write. */
export interface Waiter {
  readonly client: Client;
  readonly deliver: (outcome: WriteOutcome) => void;
}

/** A write that waits until nobody holds its key. */
export interface WaitingWrite {
  readonly write: Write;
  readonly once: Once | undefined;
  readonly waiters: Waiter[];
  readonly sinceMs: number;
}

/** The writes of one key, in the order in which they will be applied. */
export interface WaitingKey {
  readonly writes: readonly WaitingWrite[];
  /** The first of them. */
  readonly sinceMs: number;
}

/**
 * Writes that wait for leases, by key, in order. What may wait is bounded by whoever adds.
 *
 * Invariant: of a numbered write there is one, whoever sent it again.
 */
export class WaitingWrites {
  readonly #keys: Map<string, { readonly writes: WaitingWrite[]; readonly sinceMs: number }> =
    new Map();
  /** Those with a number, by their client and sequence. */
  readonly #byRequest: Map<string, WaitingWrite> = new Map();
  #count = 0;
  #byteLength = 0;

  get count(): number {
    return this.#count;
  }

  get byteLength(): number {
    return this.#byteLength;
  }

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  get keyCount(): number {
    return this.#keys.size;
  }

  has(key: string): boolean {
    return this.#keys.has(key);
  }

  get(key: string): WaitingKey | undefined {
    return this.#keys.get(key);
  }

  keys(): IterableIterator<string> {
    return this.#keys.keys();
  }

  /** The first copy of a write that waits already. */
  findRequest(once: Once): WaitingWrite | undefined {
    return this.#count === 0 ? undefined : this.#byRequest.get(requestName(once));
  }

  add(waiting: WaitingWrite): void {
    const { write, once, sinceMs } = waiting;
    if (once !== undefined) {
      assert(
        this.findRequest(once) === undefined,
        'a write that is sent again joins its first copy',
      );
      this.#byRequest.set(requestName(once), waiting);
    }
    const ofKey = this.#keys.get(write.key);
    if (ofKey === undefined) this.#keys.set(write.key, { writes: [waiting], sinceMs });
    else ofKey.writes.push(waiting);
    this.#count += 1;
    this.#byteLength += writeBytes(write);
  }

  /** Takes out all writes of a key, the first first. */
  take(key: string): readonly WaitingWrite[] {
    const ofKey = this.#keys.get(key);
    if (ofKey === undefined) return [];
    this.#keys.delete(key);
    for (const { write, once } of ofKey.writes) {
      if (once !== undefined) this.#byRequest.delete(requestName(once));
      this.#count -= 1;
      this.#byteLength -= writeBytes(write);
    }
    return ofKey.writes;
  }
}

/** The id of a client may hold anything; a number in front of it cannot be mistaken. */
function requestName({ client, sequence }: Once): string {
  return `${sequence} ${client}`;
}
