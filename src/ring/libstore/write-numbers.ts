/**
 * The numbers of one client's writes, and which of them are under way: `docs/design/ring.md`, "Once".
 *
 * All nodes together have one series. With one for each, a node that has begun anew under another name, where the writes for
 * the old one arrive too, would get two of them, and take the second for a repetition of the first.
 *
 * Invariant: a number is given once, in ascending order, and never below the floor.
 */
export class WriteNumbers {
  /** Ascending, because numbers are added in their order. */
  readonly #open: Set<number> = new Set();
  #last = 0;

  /** A number for a new write. */
  take(): number {
    this.#last += 1;
    this.#open.add(this.#last);
    return this.#last;
  }

  /** Nobody waits for this write any more. */
  finish(number: number): void {
    this.#open.delete(number);
  }

  /** Below it the client wants nothing to be remembered. */
  get floor(): number {
    for (const number of this.#open) return number;
    return this.#last + 1;
  }
}
