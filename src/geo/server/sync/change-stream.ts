import { assert } from '../../../core/assert.ts';
import { VersionVector, type VectorPairs } from '../../version-vector.ts';
import { ChangeLog } from './change-log.ts';

/** What whoever has all of a stream up to a position knows of an origin. */
interface Claim {
  readonly position: number;
  readonly origin: string;
  readonly sequence: number;
  readonly atMs: number;
}

/** A record that is a claim and leads to no entry. */
const noPlace = -1;

/**
 * The changes of a replica that others are to hear of, in the order in which it took them, as places of its table; and
 * **claims** between them: whoever has everything up to here knows that origin up to that sequence number.
 *
 * Positions are the replica's own, so passing on what came from others needs no order among their origins, and what a peer
 * lacks is a range of positions. What it _knows_ is said in origins and sequence numbers, which mean the same everywhere, and
 * claims are where the two meet. The other way, a log for each origin, has holes wherever a write of the one overwrote one of
 * the other, and no rule that says when a hole may be passed over.
 *
 * Invariant: for every write that the claims up to position p cover, the present entry of its key is that write or a
 * later one, and is led to by a record up to p or was known before the stream began (`base`).
 */
export class ChangeStream {
  readonly #log: ChangeLog = new ChangeLog();
  /** Of a replica's own writes positions are sequence numbers, and every record claims itself. */
  readonly #ownOrigin: string | undefined;
  /** What whoever is at the position before the first record knows. */
  readonly #base: VersionVector;
  #claims: Claim[] = [];
  /** The last record that is gone belongs to a claim that is not: who lacks the one must not be given the other. */
  #isCut = false;

  constructor({ ownOrigin, base }: { ownOrigin?: string; base: VectorPairs }) {
    this.#ownOrigin = ownOrigin;
    this.#base = new VersionVector(base);
  }

  /** What everybody knows who begins at its beginning. Requires: nothing was appended. */
  beginWith(known: VectorPairs): void {
    assert(this.last === 0, 'the stream has begun');
    this.#base.raiseAll(known);
  }

  /** The position of the newest record. */
  get last(): number {
    return this.#log.last;
  }

  /** The position of the oldest record that is kept. */
  get first(): number {
    return this.#log.first;
  }

  /** A change at `place` of the table. */
  append(place: number): void {
    this.#log.append(place);
  }

  /** Whoever has all up to now knows this, since `nowMs`. Requires: not a stream of own writes. */
  claim(pairs: VectorPairs, nowMs: number): void {
    assert(this.#ownOrigin === undefined, 'own writes claim themselves');
    if (pairs.length === 0) return;
    this.#log.append(noPlace);
    const position = this.#log.last;
    for (const [origin, sequence] of pairs) {
      this.#claims.push({ position, origin, sequence, atMs: nowMs });
    }
  }

  /** The place that a record leads to; −1: none. Requires: first ≤ position ≤ last. */
  place(position: number): number {
    return this.#log.place(position);
  }

  /** What is claimed at `after` < … ≤ `upTo`, each origin once. */
  claimsBetween(after: number, upTo: number): VectorPairs {
    if (upTo <= after) return [];
    if (this.#ownOrigin !== undefined) return [[this.#ownOrigin, upTo]];
    const vector = new VersionVector();
    for (let index = this.#indexBehind(after); index < this.#claims.length; index += 1) {
      const claim = this.#claims[index];
      if (claim === undefined || claim.position > upTo) break;
      vector.raise(claim.origin, claim.sequence);
    }
    return vector.pairs();
  }

  /**
   * Where to begin with a replica that knows `vector`: everything up to there it has. Undefined: it lacks changes whose
   * records are gone.
   */
  positionOf(vector: VersionVector): number | undefined {
    if (!vector.coversAll(this.#base)) return undefined;
    const position = this.advance(this.first - 1, vector);
    return this.#isCut && position < this.first ? undefined : position;
  }

  /** The farthest position not before `from` that a replica knows that is at `from` and knows `vector`. */
  advance(from: number, vector: VersionVector): number {
    if (this.#ownOrigin !== undefined) {
      return Math.max(from, Math.min(vector.sequenceOf(this.#ownOrigin), this.last));
    }
    let position = from;
    for (let index = this.#indexBehind(from); index < this.#claims.length; index += 1) {
      const claim = this.#claims[index];
      if (claim === undefined || !vector.covers(claim.origin, claim.sequence)) break;
      // All claims of one position stand together: the next one decides about the one before.
      if (this.#claims[index + 1]?.position !== claim.position) position = claim.position;
    }
    return position;
  }

  /** When the first claim behind `position` was made; undefined: there is none. */
  claimedMs(position: number): number | undefined {
    return this.#claims[this.#indexBehind(position)]?.atMs;
  }

  /** Forgets the records up to and including `position`. */
  trim(position: number): void {
    const firstBefore = this.first;
    const last = Math.min(position, this.last);
    const isCut = last >= firstBefore && this.place(last) !== noPlace;
    this.#log.trim(position);
    if (this.first === firstBefore) return;
    if (this.#ownOrigin !== undefined) {
      this.#base.raise(this.#ownOrigin, this.first - 1);
      return;
    }
    this.#isCut = isCut;
    const keptFrom = this.#indexBehind(this.first - 1);
    for (const { origin, sequence } of this.#claims.slice(0, keptFrom)) {
      this.#base.raise(origin, sequence);
    }
    this.#claims = this.#claims.slice(keptFrom);
  }

  /** The first claim behind a position. */
  #indexBehind(position: number): number {
    let low = 0;
    let high = this.#claims.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#claims[middle]?.position ?? Infinity) <= position) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
