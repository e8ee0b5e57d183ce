import { keyLowBits, type StampColumns } from './stamp-sort.ts';

/**
 * The entries of a table as they were at one moment, tombstones too, in the order of their stamps: what two replicas
 * compare. `EntryViewBuilder` makes it.
 *
 * The order is that of the sort keys, which begin with the wall time, so that what was written lately is together at
 * the end; entries of one sort key are in the order of their ids. Both are the same on every server.
 */
export class EntryView {
  readonly #columns: EntryColumns;
  readonly #places: Int32Array;
  readonly #sums: IdSums;

  constructor(columns: EntryColumns, places: Int32Array, sums: IdSums) {
    this.#columns = columns;
    this.#places = places;
    this.#sums = sums;
  }

  get count(): number {
    return this.#places.length;
  }

  /** The place of entry `index` in the table. */
  place(index: number): number {
    return this.#places[index] ?? 0;
  }

  /** The places of the entries `from` … `to` (excluded). Lent, and not to be changed. */
  places(from: number, to: number): Int32Array {
    return this.#places.subarray(from, to);
  }

  /** The sort key of entry `index`. */
  sortKey(index: number): number {
    const place = this.#places[index] ?? 0;
    const { keyHighs, keyLows } = this.#columns;
    return (keyHighs[place] ?? 0) * keyLowFactor + (keyLows[place] ?? 0);
  }

  /** The high half of the id, which orders entries of one sort key. */
  idHigh(index: number): number {
    return this.#columns.idHighs[this.#places[index] ?? 0] ?? 0;
  }

  /** The low 48 bits of the id. */
  shortId(index: number): number {
    const place = this.#places[index] ?? 0;
    const { idHighs, idLows } = this.#columns;
    return shorten(idHighs[place] ?? 0, idLows[place] ?? 0);
  }

  /** The sum of the ids of the entries `from` … `to` (excluded), in either half by itself; its low 48 bits. */
  fingerprint(from: number, to: number): number {
    const { highs, lows } = this.#sums;
    const high = (highs[to] ?? 0) - (highs[from] ?? 0);
    const low = (lows[to] ?? 0) - (lows[from] ?? 0);
    return shorten(high, low >>> 0);
  }

  /**
   * The first entry from `after` on that is not before the bound (sort key, high half of an id); `count`: there
   * is none. Looks further and further before it halves: bounds that come in order are found near each other.
   */
  find(sortKey: number, idHigh: number, after: number): number {
    let [low, high, stride] = [after, after, 1];
    while (high < this.count && this.#isBefore(high, sortKey, idHigh)) {
      low = high + 1;
      high = low + stride;
      stride *= 2;
    }
    high = Math.min(high, this.count);
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#isBefore(middle, sortKey, idHigh)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #isBefore(index: number, sortKey: number, idHigh: number): boolean {
    const own = this.sortKey(index);
    return own === sortKey ? this.idHigh(index) < idHigh : own < sortKey;
  }
}

/** What is known of the entry at each place. */
export interface EntryColumns extends StampColumns {
  readonly idLows: Uint32Array;
}

/** The sums of both halves of the ids before each entry, and of all, without what goes beyond 32 bits. */
export interface IdSums {
  readonly highs: Uint32Array;
  readonly lows: Uint32Array;
}

const keyLowFactor = 2 ** keyLowBits;

function shorten(high: number, low: number): number {
  return (high & 0xffff) * 2 ** 32 + low;
}
