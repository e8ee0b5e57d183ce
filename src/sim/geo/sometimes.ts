/** Rare states that a set of seeds must come to, or it proves less than it seems to. */
export const rareStates = [
  'a process crashed',
  'the power of a server was cut',
  'a server crashed while it started',
  'a server stood still',
  'a wall clock jumped beyond the skew',
  'a wall clock stood behind its own stamps',
  'a counter told two writes of a millisecond apart',
  'two replicas wrote a key in the same millisecond',
  'a delete and a put came after one another from two replicas',
  'a value ended',
  'a tombstone was forgotten',
  'an acknowledged write was lost with all who had it',
  'an unanswered put was done all the same',
  'an unanswered put was never done',
  'a put found nobody',
  'a read saw nothing where there had been a value',
] as const;
export type RareState = (typeof rareStates)[number];

/** Which rare states a run came to, and of many runs, how many did. */
export class Sometimes {
  readonly #counts: Map<RareState, number> = new Map();

  /** The run is, or was, in this state. */
  reach(state: RareState): void {
    this.#counts.set(state, Math.max(1, this.count(state)));
  }

  /** In how many runs the state was reached. */
  count(state: RareState): number {
    return this.#counts.get(state) ?? 0;
  }

  /** Adds the runs of another ledger. */
  add(other: Sometimes): void {
    for (const state of rareStates) {
      const count = this.count(state) + other.count(state);
      if (count > 0) this.#counts.set(state, count);
    }
  }

  /** Those of `required` that no run came to. */
  missing(required: readonly RareState[]): RareState[] {
    return required.filter((state) => this.count(state) === 0);
  }
}
