/** Which rare states a run came to, and of many runs, how many did. */
export class Sometimes<State extends string> {
  readonly #counts: Map<State, number> = new Map();

  /** The run is, or was, in this state. */
  reach(state: State): void {
    this.#counts.set(state, Math.max(1, this.count(state)));
  }

  /** In how many runs the state was reached. */
  count(state: State): number {
    return this.#counts.get(state) ?? 0;
  }

  /** Adds the runs of another ledger. */
  add(other: Sometimes<State>): void {
    for (const [state, count] of other.#counts) this.#counts.set(state, this.count(state) + count);
  }

  /** Those of `required` that no run came to. */
  missing(required: readonly State[]): State[] {
    return required.filter((state) => this.count(state) === 0);
  }
}
