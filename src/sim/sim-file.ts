import { assert } from '../core/assert.ts';
import { randomBelow } from '../core/random.ts';
import type { SimRandom } from './sim-random.ts';

/** A change that programs see and a power cut may undo. */
type Pending =
  | { readonly kind: 'append'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'truncate'; readonly length: number };

/**
 * The contents of one file of a simulated disk: what programs read, what the platters hold, and the changes
 * between the two.
 *
 * Contents that a failed sync dropped stay readable and are not written by a later sync, as on Linux: where
 * a later change lies behind them, the platters have zeros.
 */
export class SimFile {
  #cache: Uint8Array = new Uint8Array(64);
  #length = 0;
  #platters: Uint8Array = new Uint8Array(64);
  #plattersLength = 0;
  #pending: Pending[] = [];

  get length(): number {
    return this.#length;
  }

  get hasPending(): boolean {
    return this.#pending.length > 0;
  }

  /** How many changes a sync that begins now will make durable. */
  get pendingCount(): number {
    return this.#pending.length;
  }

  append(bytes: Uint8Array): void {
    const at = this.#length;
    this.#cache = grown(this.#cache, at + bytes.length);
    this.#cache.set(bytes, at);
    this.#length = at + bytes.length;
    // Not `slice`: of a Buffer that is a view, and would change with it.
    this.#pending.push({ kind: 'append', at, bytes: new Uint8Array(bytes) });
  }

  truncate(length: number): void {
    assert(length <= this.#length, 'a file is not made longer by cutting it');
    this.#cache.fill(0, length, this.#length);
    this.#length = length;
    this.#pending.push({ kind: 'truncate', length });
  }

  /** Copies what is there from `at` on; returns how many bytes. */
  read(at: number, into: Uint8Array): number {
    const bytes = this.#cache.subarray(Math.min(at, this.#length), this.#length);
    const count = Math.min(bytes.length, into.length);
    into.set(bytes.subarray(0, count));
    return count;
  }

  /** The oldest `count` changes reach the platters. */
  sync(count: number): void {
    for (const change of this.#pending.splice(0, count)) this.#harden(change);
  }

  /** The oldest `count` changes are taken for written and are not. */
  dropPending(count: number): void {
    this.#pending.splice(0, count);
  }

  /**
   * The power is cut: the platters have what was synced, and a prefix of the rest that ends at any byte.
   * Behind it there may be zeros where a file system had grown the file already; with `isReordered`, whole
   * sectors of the rest are there or not, each by itself.
   */
  cutPower(random: SimRandom, isReordered: boolean): void {
    const changes = this.#pending;
    const kept = random.pick([0, changes.length, randomBelow(random, changes.length + 1)]);
    this.sync(kept);
    const torn = this.#pending[0];
    this.#pending = [];
    if (torn?.kind === 'append') {
      const cut = random.pick([0, randomBelow(random, torn.bytes.length + 1)]);
      const bytes = torn.bytes.slice(0, cut);
      if (isReordered) loseSectors(bytes, random);
      this.#harden({ kind: 'append', at: torn.at, bytes });
      if (random.chance(0.2)) {
        const zeros = new Uint8Array(randomBelow(random, 600));
        this.#harden({ kind: 'append', at: torn.at + bytes.length, bytes: zeros });
      }
    }
    this.#length = this.#plattersLength;
    this.#cache = this.#platters.slice();
  }

  /** Turns one bit over, of what is read and of what is on the platters. Requires: it is there. */
  flipBit(at: number, bit: number): void {
    assert(at < this.#length, `the file has no byte ${at}`);
    this.#cache[at] = (this.#cache[at] ?? 0) ^ (1 << bit);
    if (at < this.#plattersLength) this.#platters[at] = (this.#platters[at] ?? 0) ^ (1 << bit);
  }

  #harden(change: Pending): void {
    if (change.kind === 'truncate') {
      const length = Math.min(change.length, this.#plattersLength);
      this.#platters.fill(0, length, this.#plattersLength);
      this.#plattersLength = change.length;
      this.#platters = grown(this.#platters, change.length);
      return;
    }
    const end = change.at + change.bytes.length;
    this.#platters = grown(this.#platters, end);
    this.#platters.set(change.bytes, change.at);
    this.#plattersLength = Math.max(this.#plattersLength, end);
  }
}

/** The array, or a larger one with the same bytes and zeros behind them, if it is shorter than `length`. */
function grown(bytes: Uint8Array, length: number): Uint8Array {
  if (length <= bytes.length) return bytes;
  const larger = new Uint8Array(Math.max(length, 2 * bytes.length));
  larger.set(bytes);
  return larger;
}

const sectorBytes = 64;

/** Each sector with even chance; small, so that the small files of a test have several. */
function loseSectors(bytes: Uint8Array, random: SimRandom): void {
  for (let at = 0; at < bytes.length; at += sectorBytes) {
    if (random.chance(0.5)) bytes.fill(0, at, at + sectorBytes);
  }
}
