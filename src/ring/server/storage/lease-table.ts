import { assert } from '../../../core/assert.ts';

/** The promise to one client that a key does not change. */
export interface Lease<Holder> {
  readonly key: string;
  readonly holder: Holder;
  /** Grows with each grant in the life of a node. */
  readonly id: number;
  /** When it is over for us: lease and guard after it was granted. */
  readonly endMs: number;
}

/** A lease with its places in two lists: that of its key, and that of all in the order of their ends. */
class Placed<Holder> implements Lease<Holder> {
  readonly key: string;
  readonly holder: Holder;
  readonly id: number;
  readonly endMs: number;
  previousOfKey: Placed<Holder> | undefined;
  nextOfKey: Placed<Holder> | undefined;
  previousToEnd: Placed<Holder> | undefined;
  nextToEnd: Placed<Holder> | undefined;

  constructor(key: string, holder: Holder, id: number, endMs: number) {
    this.key = key;
    this.holder = holder;
    this.id = id;
    this.endMs = endMs;
  }
}

/**
 * The leases that are not over: who holds which key, until when.
 *
 * Every lease lasts equally long, so they end in the order of their grants: a list holds all ends, and one timer would do for a
 * million of them. All steps are of a fixed size but those that visit the holders of a key.
 */
export class LeaseTable<Holder> {
  /** The newest lease of each key. */
  readonly #byKey: Map<string, Placed<Holder>> = new Map();
  readonly #byHolder: Map<Holder, Map<string, Placed<Holder>>> = new Map();
  #firstToEnd: Placed<Holder> | undefined;
  #lastToEnd: Placed<Holder> | undefined;
  #size = 0;
  #lastId = 0;

  get size(): number {
    return this.#size;
  }

  get isEmpty(): boolean {
    return this.#size === 0;
  }

  get keyCount(): number {
    return this.#byKey.size;
  }

  get holderCount(): number {
    return this.#byHolder.size;
  }

  isHeld(key: string): boolean {
    return this.#byKey.has(key);
  }

  countOf(holder: Holder): number {
    return this.#byHolder.get(holder)?.size ?? 0;
  }

  /** The lease that a holder has of a key; undefined: none. */
  find(key: string, holder: Holder): Lease<Holder> | undefined {
    return this.#byHolder.get(holder)?.get(key);
  }

  /** A new lease. One of the same holder and key is replaced. Requires: no lease ends before an older one. */
  grant(key: string, holder: Holder, endMs: number): Lease<Holder> {
    assert((this.#lastToEnd?.endMs ?? 0) <= endMs, 'leases end in the order of their grants');
    const old = this.#byHolder.get(holder)?.get(key);
    if (old !== undefined) this.#remove(old);
    this.#lastId += 1;
    const lease = new Placed(key, holder, this.#lastId, endMs);
    const next = this.#byKey.get(key);
    if (next !== undefined) {
      next.previousOfKey = lease;
      lease.nextOfKey = next;
    }
    this.#byKey.set(key, lease);
    const ofHolder = this.#byHolder.get(holder);
    if (ofHolder === undefined) this.#byHolder.set(holder, new Map([[key, lease]]));
    else ofHolder.set(key, lease);
    lease.previousToEnd = this.#lastToEnd;
    if (this.#lastToEnd === undefined) this.#firstToEnd = lease;
    else this.#lastToEnd.nextToEnd = lease;
    this.#lastToEnd = lease;
    this.#size += 1;
    return lease;
  }

  /** The holder needs it no more; false: it had none, or another one. */
  end(key: string, holder: Holder, id?: number): boolean {
    const lease = this.#byHolder.get(holder)?.get(key);
    if (lease === undefined || (id !== undefined && lease.id !== id)) return false;
    this.#remove(lease);
    return true;
  }

  /** Visits the leases of a key. Requires: none is granted or ended meanwhile. */
  forHolders(key: string, visit: (lease: Lease<Holder>) => void): void {
    for (let at = this.#byKey.get(key); at !== undefined; at = at.nextOfKey) visit(at);
  }

  /** Takes out the first lease to end if it is over. */
  takeOver(nowMs: number): Lease<Holder> | undefined {
    const first = this.#firstToEnd;
    if (first === undefined || first.endMs > nowMs) return undefined;
    this.#remove(first);
    return first;
  }

  /** When the first of all is over; undefined: there are none. */
  get firstEndMs(): number | undefined {
    return this.#firstToEnd?.endMs;
  }

  /** The keys that somebody holds. */
  keys(): IterableIterator<string> {
    return this.#byKey.keys();
  }

  #remove(lease: Placed<Holder>): void {
    const { key, previousOfKey, nextOfKey, previousToEnd, nextToEnd } = lease;
    if (previousOfKey !== undefined) previousOfKey.nextOfKey = nextOfKey;
    else if (nextOfKey === undefined) this.#byKey.delete(key);
    else this.#byKey.set(key, nextOfKey);
    if (nextOfKey !== undefined) nextOfKey.previousOfKey = previousOfKey;
    if (previousToEnd !== undefined) previousToEnd.nextToEnd = nextToEnd;
    else this.#firstToEnd = nextToEnd;
    if (nextToEnd !== undefined) nextToEnd.previousToEnd = previousToEnd;
    else this.#lastToEnd = previousToEnd;
    const ofHolder = this.#byHolder.get(lease.holder);
    ofHolder?.delete(key);
    if (ofHolder?.size === 0) this.#byHolder.delete(lease.holder);
    this.#size -= 1;
  }
}
