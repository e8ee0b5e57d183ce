/**
 * The numbers of one client's writes at one node, and which of them are under way: `docs/design/ring.md`, "Once".
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
