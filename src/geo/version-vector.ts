/** A version vector as it travels: origin and sequence, each origin once. */
export type VectorPairs = readonly (readonly [origin: string, sequence: number])[];

/**
 * What a replica knows: for each origin the sequence number up to which every write of it is known, by itself
 * or by what overwrote it.
 *
 * Told to others it is the acknowledgement: whoever sent more than it says knows what to send again.
 */
export class VersionVector {
  readonly #sequences: Map<string, number> = new Map();

  constructor(pairs: VectorPairs = []) {
    this.raiseAll(pairs);
  }

  /** 0 for an origin that was never heard of. */
  sequenceOf(origin: string): number {
    return this.#sequences.get(origin) ?? 0;
  }

  covers(origin: string, sequence: number): boolean {
    return sequence <= this.sequenceOf(origin);
  }

  /** Whether everything that `other` knows is known here. */
  coversAll(other: VersionVector): boolean {
    for (const [origin, sequence] of other.#sequences) {
      if (!this.covers(origin, sequence)) return false;
    }
    return true;
  }

  /** Knowledge only grows: a lower sequence changes nothing. */
  raise(origin: string, sequence: number): void {
    if (sequence > this.sequenceOf(origin)) this.#sequences.set(origin, sequence);
  }

  raiseAll(pairs: VectorPairs): void {
    for (const [origin, sequence] of pairs) this.raise(origin, sequence);
  }

  get size(): number {
    return this.#sequences.size;
  }

  pairs(): VectorPairs {
    return [...this.#sequences];
  }
}
