/** What is sorted by, of each place. */
export interface StampColumns {
  /** The sort key in two parts: 31 bits and `keyLowBits`. */
  readonly keyHighs: Uint32Array;
  readonly keyLows: Uint32Array;
  readonly idHighs: Uint32Array;
}

/** Bits of the low part of a sort key: two digits. */
export const keyLowBits = 22;

/**
 * Sorts places by sort key, equal ones by the high half of the id, in slices.
 *
 * A radix sort from the lowest digit up: each pass deals all places out by one digit and keeps the order of those that
 * share it. It compares nothing, so it takes the same few passes whatever the order was, and can stop anywhere in a pass
 * and go on later. The native sort of a million takes a second, in one piece.
 */
export class StampSort {
  readonly #digits: readonly Digit[];
  #source: Int32Array;
  #target: Int32Array;
  /** Where the next slice begins. */
  #at = 0;
  /** The digit that is counted or dealt out; −1: all are counted. */
  #pass = -1;

  /** `places` are those to be sorted; they are lent until the sort is done. */
  constructor(columns: StampColumns, places: Int32Array) {
    const { keyHighs, keyLows, idHighs } = columns;
    this.#digits = [idHighs, keyLows, keyHighs].flatMap((column) =>
      (column === keyLows ? [0, digitBits] : [0, digitBits, 2 * digitBits]).map((shift) => ({
        column,
        shift,
        starts: new Int32Array(digitMask + 1),
      })),
    );
    this.#source = places;
    this.#target = new Int32Array(places.length);
  }

  /** The places in their order. Requires: the sort is done. */
  get sorted(): Int32Array {
    return this.#source;
  }

  /** Counts or moves up to `countMax` places; returns whether something is left to do. */
  step(countMax: number): boolean {
    const digit = this.#digits[this.#pass];
    if (this.#pass === this.#digits.length) return false;
    const end = Math.min(this.#source.length, this.#at + countMax);
    if (digit === undefined) this.#count(end);
    else this.#deal(digit, end);
    this.#at = end;
    if (end === this.#source.length) this.#finishPass(digit);
    return this.#pass < this.#digits.length;
  }

  #count(end: number): void {
    for (const { column, shift, starts } of this.#digits) {
      for (let at = this.#at; at < end; at += 1) {
        const value = ((column[this.#source[at] ?? 0] ?? 0) >>> shift) & digitMask;
        starts[value] = (starts[value] ?? 0) + 1;
      }
    }
  }

  #deal({ column, shift, starts }: Digit, end: number): void {
    const source = this.#source;
    const target = this.#target;
    for (let at = this.#at; at < end; at += 1) {
      const place = source[at] ?? 0;
      const value = ((column[place] ?? 0) >>> shift) & digitMask;
      const start = starts[value] ?? 0;
      target[start] = place;
      starts[value] = start + 1;
    }
  }

  #finishPass(digit: Digit | undefined): void {
    if (digit === undefined) for (const each of this.#digits) countsToStarts(each.starts);
    else [this.#source, this.#target] = [this.#target, this.#source];
    this.#at = 0;
    do this.#pass += 1;
    while (this.#isShared(this.#digits[this.#pass]));
  }

  /** Whether all places have the same digit: dealing them out would change nothing. */
  #isShared(digit: Digit | undefined): boolean {
    if (digit === undefined) return false;
    const { column, shift, starts } = digit;
    const value = ((column[this.#source[0] ?? 0] ?? 0) >>> shift) & digitMask;
    return (
      starts[value] === 0 && (starts[value + 1] ?? this.#source.length) === this.#source.length
    );
  }
}

interface Digit {
  readonly column: Uint32Array;
  readonly shift: number;
  /** By value of the digit: how many have it, then where the next one of them goes. */
  readonly starts: Int32Array;
}

/** Eleven bits: the 2,048 places that a pass writes to stay in the fastest cache. */
const digitBits = 11;
const digitMask = 2 ** digitBits - 1;

function countsToStarts(counts: Int32Array): void {
  let start = 0;
  for (let value = 0; value < counts.length; value += 1) {
    const count = counts[value] ?? 0;
    counts[value] = start;
    start += count;
  }
}
