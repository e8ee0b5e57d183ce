import { VersionVector, type VectorPairs } from '../../version-vector.ts';

/**
 * What a replica knows, as it tells others: a version vector that remembers when each of its sequence numbers changed, so
 * that a peer is told only what is new to it.
 *
 * All lives of all servers that ever wrote are in the vector. Told whole with every message, a cluster that is ten years old
 * would speak of nothing else.
 */
export class Knowledge {
  readonly vector: VersionVector = new VersionVector();
  /** In the order of the last change, the newest last. */
  readonly #stateByOrigin: Map<string, number> = new Map();
  #state = 0;
  #changedMs = 0;
  #print = 0;
  #printedState = -1;

  /** Another number, a greater one, after each change. */
  get state(): number {
    return this.#state;
  }

  /** When it changed last. */
  get changedMs(): number {
    return this.#changedMs;
  }

  /** Takes note; the pairs that were news. */
  raiseAll(pairs: VectorPairs, nowMs: number): VectorPairs {
    const news = pairs.filter(([origin, sequence]) => !this.vector.covers(origin, sequence));
    if (news.length === 0) return news;
    this.#state += 1;
    this.#changedMs = nowMs;
    for (const [origin, sequence] of news) {
      this.vector.raise(origin, sequence);
      this.#stateByOrigin.delete(origin);
      this.#stateByOrigin.set(origin, this.#state);
    }
    return news;
  }

  /** A number for all that is known, the same for all who know the same. */
  print(): number {
    if (this.#printedState === this.#state) return this.#print;
    let sum = 0;
    for (const [origin, sequence] of this.vector.pairs()) {
      let hash = 0x811c_9dc5;
      for (const character of `${origin} ${sequence}`) {
        hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x0100_0193);
      }
      sum = (sum + Math.imul(hash ^ (hash >>> 15), 0x2c1b_3c6d)) >>> 0;
    }
    this.#print = sum;
    this.#printedState = this.#state;
    return sum;
  }

  /** What changed behind `state`. */
  since(state: number): VectorPairs {
    const pairs: (readonly [string, number])[] = [];
    if (state >= this.#state) return pairs;
    for (const [origin, changedAt] of this.#stateByOrigin) {
      if (changedAt > state) pairs.push([origin, this.vector.sequenceOf(origin)]);
    }
    return pairs;
  }
}
