import { assert } from '../../../core/assert.ts';
import type { Origins } from '../origins.ts';
import type { Table } from '../table.ts';
import { EntryIds, keyBytesUsual } from './entry-id.ts';

/** What two replicas with the same live entries agree on: how many, and the sums of both halves of their ids. */
export interface LiveFingerprint {
  readonly count: number;
  readonly high: number;
  readonly low: number;
}

/**
 * Sums up the live entries of a table, in slices: the quick check whether two replicas have anything to reconcile.
 *
 * Tombstones are left out, because members forget them at different times, and so is what will have ended at a moment
 * that both sides agree on and that is still to come for either clock: some have buried it, some have not.
 *
 * Requires for certainty: nothing changes until it is done. What changes meanwhile is counted or not; the check then
 * finds a difference that is none, and the reconciliation that follows finds nothing.
 */
export class FingerprintBuilder {
  readonly #table: Table;
  readonly #ids: EntryIds;
  readonly #endsAfterMs: number;
  readonly #placesEnd: number;
  #nextPlace = 0;
  #count = 0;
  #high = 0;
  #low = 0;

  /** What ends at `endsAfterMs` or before is left out. */
  constructor(table: Table, origins: Origins, endsAfterMs: number) {
    this.#table = table;
    this.#ids = new EntryIds(origins);
    this.#endsAfterMs = endsAfterMs;
    this.#placesEnd = table.placesEnd;
  }

  /** Visits about `countMax` places. Returns whether something is left to do. */
  step(countMax: number): boolean {
    const table = this.#table;
    const ids = this.#ids;
    const placesEnd = Math.min(this.#placesEnd, this.#nextPlace + countMax);
    const keyBytesEnd = ids.keyBytes + countMax * keyBytesUsual;
    let place = this.#nextPlace;
    for (; place < placesEnd && ids.keyBytes < keyBytesEnd; place += 1) {
      const reference = table.atPlace(place);
      if (reference < 0 || !this.#isCounted(reference)) continue;
      ids.read(table, reference);
      this.#count += 1;
      this.#high = (this.#high + ids.high) | 0;
      this.#low = (this.#low + ids.low) | 0;
    }
    this.#nextPlace = place;
    return place < this.#placesEnd;
  }

  /** Requires: `step` has returned false. */
  fingerprint(): LiveFingerprint {
    assert(this.#nextPlace >= this.#placesEnd, 'the fingerprint is not ready');
    return { count: this.#count, high: this.#high >>> 0, low: this.#low >>> 0 };
  }

  #isCounted(reference: number): boolean {
    if (!this.#table.isLive(reference)) return false;
    const expiryMs = this.#table.expiryMs(reference);
    return expiryMs === 0 || expiryMs > this.#endsAfterMs;
  }
}

/** Whether the replicas have the same live entries. */
export function areFingerprintsEqual(one: LiveFingerprint, other: LiveFingerprint): boolean {
  return one.count === other.count && one.high === other.high && one.low === other.low;
}
