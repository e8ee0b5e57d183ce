import type { ListRange } from '../table.ts';
import { compareBytes, equalBytes } from '../../../core/arena/key-bytes.ts';

/** The keys of a list: those with a prefix that come after a key, in order. */
export class KeyRange {
  readonly #range: ListRange;
  readonly #prefix: DataView;
  readonly #after: DataView;
  /** The list begins at `after`, which itself is not in it, and not at the prefix. */
  readonly #beginsAfter: boolean;

  /** With views of the bytes of `range.prefix` and `range.after`. */
  constructor(range: ListRange, prefix: DataView, after: DataView) {
    const { prefixStart, prefixEnd, afterStart, afterEnd } = range;
    const prefixLength = prefixEnd - prefixStart;
    const afterLength = afterEnd - afterStart;
    this.#range = range;
    this.#prefix = prefix;
    this.#after = after;
    this.#beginsAfter =
      afterLength > 0 &&
      compareBytes(after, afterStart, afterLength, prefix, prefixStart, prefixLength) >= 0;
  }

  /** No key before `bytes[start … end)` is in the list. */
  get bytes(): DataView {
    return this.#beginsAfter ? this.#after : this.#prefix;
  }

  get start(): number {
    return this.#beginsAfter ? this.#range.afterStart : this.#range.prefixStart;
  }

  get end(): number {
    return this.#beginsAfter ? this.#range.afterEnd : this.#range.prefixEnd;
  }

  /** If not, neither has any key behind it. */
  hasPrefix(bytes: DataView, start: number, length: number): boolean {
    const { prefixStart, prefixEnd } = this.#range;
    const prefixLength = prefixEnd - prefixStart;
    if (length < prefixLength) return false;
    return equalBytes(bytes, start, this.#prefix, prefixStart, prefixLength);
  }

  /** Whether it is the key after which the list begins. */
  isAfter(bytes: DataView, start: number, length: number): boolean {
    const { afterStart, afterEnd } = this.#range;
    if (!this.#beginsAfter || length !== afterEnd - afterStart) return false;
    return equalBytes(bytes, start, this.#after, afterStart, length);
  }
}
