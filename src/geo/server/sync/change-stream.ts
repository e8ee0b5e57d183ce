import { assert } from '../../../core/assert.ts';
import { VersionVector, type VectorPairs } from '../../version-vector.ts';
import { ChangeLog } from './change-log.ts';
import { areAllKnown, type IsKnown, type LooseRecords, type Run } from './run.ts';

/** What whoever has all of a stream up to a position knows of an origin. */
interface Claim {
  readonly position: number;
  /** The records that it is about are behind this position. */
  readonly since: number;
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
 * Records of several sources stand between each other, and what is claimed of one source may be about records before the claims
 * of another: whoever knows the one claim and not the other is not past those records. A source that is lost before it claims
 * what it told would hold up everybody for good, so its records are let **loose**: nobody is kept before them, and if what they
 * lead to is claimed later by a source that need not tell it any more, since it is here, they are told again first.
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
  /** Those that are about records before the claim that stands before them. */
  #crossing: Claim[] = [];
  readonly #open: Set<Run> = new Set();
  /** What was told and not claimed by sources that are past it, or lost. */
  #loose: LooseRecords[] = [];
  #claimedUpTo = 0;

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

  /** A change at `place` of the table, of a source that will claim it; without one, of the only source there is. */
  append(place: number, run?: Run): void {
    if (run !== undefined) {
      if (run.since === undefined) this.reopen(run, this.last);
      run.add(place);
    }
    this.#log.append(place);
  }

  /** Something of a source behind `since` is to be claimed. */
  reopen(run: Run, since: number): void {
    run.since = since;
    this.#open.add(run);
  }

  /**
   * Whoever has all up to now knows this, since `nowMs`; all records of the source are claimed with it, or need not be. Requires:
   * not a stream of own writes; `isKnown` knows of the claims.
   */
  claim(pairs: VectorPairs, nowMs: number, run?: Run, isKnown: IsKnown = knowsAll): void {
    assert(this.#ownOrigin === undefined, 'own writes claim themselves');
    let since = run === undefined ? this.#claimedUpTo : (run.since ?? this.last);
    if (run?.claimsUntold === true) {
      // What it does not tell, others may have told and not claimed: those records are as good as its own.
      for (const { since: other = Infinity } of this.#open) since = Math.min(since, other);
      if (pairs.length > 0) this.#tellLoose();
    }
    if (run !== undefined) this.#end(run, isKnown);
    if (pairs.length === 0) return;
    this.#log.append(noPlace);
    const position = this.#log.last;
    for (const [origin, sequence] of pairs) {
      const claim: Claim = { position, since, origin, sequence, atMs: nowMs };
      this.#claims.push(claim);
      if (since < this.#claimedUpTo) this.#crossing.push(claim);
    }
    this.#claimedUpTo = position;
  }

  /**
   * The source is lost, for now or for good, and nobody is to wait for its claims. If it comes back and goes on where it was, it
   * claims more than it tells.
   */
  breakOff(run: Run, isKnown: IsKnown): void {
    if (run.since === undefined) return;
    this.#end(run, isKnown);
    run.claimsUntold = true;
  }

  /** Whether something up to `position` will be claimed only behind it. */
  isOpenAt(position: number): boolean {
    if (this.#ownOrigin !== undefined) return false;
    for (const { since = Infinity } of this.#open) if (since < position) return true;
    const next = this.#claims[this.#indexBehind(position)];
    return (
      (next !== undefined && next.since < position) ||
      this.#crossing.some((claim) => claim.position > position && claim.since < position)
    );
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
    const start = this.first - 1;
    if (this.#ownOrigin !== undefined) return this.advance(start, vector);
    for (const { since = Infinity } of this.#open) if (since < start) return undefined;
    const isCut = (claim: Claim | undefined): boolean =>
      claim !== undefined && claim.since < start && !vector.covers(claim.origin, claim.sequence);
    const [first] = this.#claims;
    for (const claim of this.#claims) {
      if (claim.position !== first?.position) break;
      if (isCut(claim)) return undefined;
    }
    if (this.#crossing.some(isCut)) return undefined;
    // What was cut and nothing was claimed of.
    if (first === undefined && this.#claimedUpTo < start) return undefined;
    return this.advance(start, vector);
  }

  /** The farthest position not before `from` that a replica knows that is at `from` and knows `vector`. */
  advance(from: number, vector: VersionVector): number {
    if (this.#ownOrigin !== undefined) {
      return Math.max(from, Math.min(vector.sequenceOf(this.#ownOrigin), this.last));
    }
    // Claims that are gone say nothing: whoever has not got that far is placed anew, or stays.
    if (from < this.first - 1) return this.positionOf(vector) ?? from;
    let position = from;
    for (let index = this.#indexBehind(from); index < this.#claims.length; index += 1) {
      const claim = this.#claims[index];
      if (claim === undefined || !vector.covers(claim.origin, claim.sequence)) break;
      // All claims of one position stand together: the next one decides about the one before.
      if (this.#claims[index + 1]?.position !== claim.position) position = claim.position;
    }
    if (position > from) {
      for (const { since = Infinity } of this.#open) position = Math.min(position, since);
      for (const claim of this.#crossing) {
        const isKnown = claim.position <= from || vector.covers(claim.origin, claim.sequence);
        if (!isKnown) position = Math.min(position, claim.since);
      }
    }
    return Math.max(from, position);
  }

  /** When the first claim behind `position` was made; undefined: there is none. */
  claimedMs(position: number): number | undefined {
    return this.#claims[this.#indexBehind(position)]?.atMs;
  }

  /** Forgets the records up to and including `position`. */
  trim(position: number): void {
    const firstBefore = this.first;
    this.#log.trim(position);
    if (this.first === firstBefore) return;
    if (this.#ownOrigin !== undefined) {
      this.#base.raise(this.#ownOrigin, this.first - 1);
      return;
    }
    const keptFrom = this.#indexBehind(this.first - 1);
    for (const { origin, sequence } of this.#claims.slice(0, keptFrom)) {
      this.#base.raise(origin, sequence);
    }
    this.#claims = this.#claims.slice(keptFrom);
    this.#crossing = this.#crossing.filter((claim) => claim.position >= this.first);
  }

  /** A run is over: what of it is not known is loose. */
  #end(run: Run, isKnown: IsKnown): void {
    this.#open.delete(run);
    this.#loose = this.#loose.filter(({ highest }) => !areAllKnown(highest, isKnown));
    const loose = run.end(isKnown);
    if (loose !== undefined) this.#loose.push(loose);
  }

  #tellLoose(): void {
    for (const { places } of this.#loose) for (const place of places) this.#log.append(place);
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

const knowsAll: IsKnown = () => true;
