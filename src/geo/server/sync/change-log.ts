import { assert } from '../../../core/assert.ts';

/**
 * Which places of the table an origin's writes went to, by their sequence numbers: what a peer has not heard of
 * is found without looking at anything else, however large the store is.
 *
 * A record is a place, four bytes, not an entry: when a key is written again, both its records lead to its
 * present entry, and a message has each key once. Records that every peer has confirmed are forgotten.
 */
export class ChangeLog {
  #places = new Int32Array(placesFirst);
  /** The sequence number of the record at index 0. */
  #base = 1;
  #length = 0;

  /** The sequence number of the newest record; what comes before the first one is `base − 1`. */
  get last(): number {
    return this.#base + this.#length - 1;
  }

  /** The sequence number of the oldest record that is kept. */
  get first(): number {
    return this.#base;
  }

  /** Notes that the write with the next sequence number went to `place`. */
  append(place: number): void {
    if (this.#length === this.#places.length) this.#grow();
    this.#places[this.#length] = place;
    this.#length += 1;
  }

  /** Requires: first ≤ sequence ≤ last. */
  place(sequence: number): number {
    const place = this.#places[sequence - this.#base];
    assert(place !== undefined && sequence <= this.last, `no record of write ${sequence}`);
    return place;
  }

  /** Forgets the records up to and including `sequence`. */
  trim(sequence: number): void {
    const count = Math.min(sequence - this.#base + 1, this.#length);
    // Moving what is left costs as much as it is: only when it is less than what goes.
    if (count < this.#length / 2 || count <= 0) return;
    this.#places.copyWithin(0, count, this.#length);
    this.#base += count;
    this.#length -= count;
    this.#shrink();
  }

  #grow(): void {
    const places = new Int32Array(this.#places.length * 2);
    places.set(this.#places);
    this.#places = places;
  }

  /** Gives back what a burst took. */
  #shrink(): void {
    if (this.#places.length <= placesKept || this.#length > this.#places.length / 8) return;
    this.#places = this.#places.slice(0, Math.max(placesKept, this.#length * 2));
  }
}

const placesFirst = 1_024;
const placesKept = 65_536;
