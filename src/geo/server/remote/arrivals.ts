import { VersionVector, type VectorPairs } from '../../version-vector.ts';
import type { Durability } from '../geo-options.ts';
import type { PlantedBugs } from '../planted-bugs.ts';
import type { Knowledge } from '../sync/knowledge.ts';
import type { Arrival } from '../sync/synchronizer.ts';

export interface ArrivalsOptions {
  readonly durability: Durability;
  /** What is in the table, durable or not. */
  readonly known: Knowledge;
  /** What is told to others as known. */
  readonly told: Knowledge;
  /** Gives an arrival to the journal, under a token. */
  readonly write: (token: number, arrival: Arrival) => void;
  /** The sender of an arrival may hear that it is kept. */
  readonly settle: (arrival: Arrival, nowMs: number) => void;
  readonly bugs: PlantedBugs;
}

/**
 * What came from other servers, on its way to the disk: it is confirmed, and told as known, when it is there and not before.
 * Others forget deletes by what we confirm, and a confirmation that a power cut takes back would bring old values back.
 */
export class Arrivals {
  readonly #options: ArrivalsOptions;
  /** Those that wait for the disk, oldest first. */
  readonly #waiting: { readonly token: number; readonly arrival: Arrival }[] = [];
  #token = 0;
  #keptToken = 0;
  /** Own writes that are synced, where clients do not wait for that. */
  readonly #ownSynced: VersionVector = new VersionVector();

  constructor(options: ArrivalsOptions) {
    this.#options = options;
  }

  /** The number of what shows in the table now … */
  get mark(): number {
    const { durability, bugs } = this.#options;
    // Messages wait for what they show, confirmations with them: that alone hides the mistake.
    const waits = durability === 'fsync' && !bugs.includes('confirms before durable');
    return waits ? this.#token : 0;
  }

  /** … and of what may leave. */
  get released(): number {
    return this.#keptToken;
  }

  onArrival(arrival: Arrival, nowMs: number): void {
    const { durability, settle, write, bugs } = this.#options;
    const { entries, claims, peer } = arrival;
    if (peer.isLocal) {
      // The journal has it already, from the query actor itself.
      settle(arrival, nowMs);
      this.tellOwn(claims, nowMs);
      return;
    }
    if (durability === 'memory') return this.#keep(arrival, nowMs);
    if (bugs.includes('confirms before durable')) this.#keep(arrival, nowMs);
    if (entries.length === 0 && claims.length === 0) return settle(arrival, nowMs);
    this.#token += 1;
    this.#waiting.push({ token: this.#token, arrival });
    write(this.#token, arrival);
  }

  /** Everything that arrived up to `token` is durable, and so are these own writes. */
  onKept(token: number, own: VectorPairs, nowMs: number): void {
    this.#keptToken = token;
    while (this.#waiting[0] !== undefined && this.#waiting[0].token <= token) {
      const first = this.#waiting.shift();
      if (first !== undefined) this.#keep(first.arrival, nowMs);
    }
    this.#ownSynced.raiseAll(own);
    this.tellOwn(own, nowMs);
  }

  /**
   * Writes of our query actors are told as known when they are here and synced, whatever clients were told. The journal has
   * them from the query actors, and may have them before us: who believed that we have them would not send them.
   */
  tellOwn(pairs: VectorPairs, nowMs: number): void {
    const { durability, known, told } = this.#options;
    const mayBeUnsynced = durability === 'interval';
    const kept = pairs.map(([origin]) => {
      const sequence = known.vector.sequenceOf(origin);
      const synced = mayBeUnsynced ? this.#ownSynced.sequenceOf(origin) : sequence;
      return [origin, Math.min(sequence, synced)] as const;
    });
    told.raiseAll(kept, nowMs);
  }

  #keep(arrival: Arrival, nowMs: number): void {
    this.#options.settle(arrival, nowMs);
    this.#options.told.raiseAll(arrival.claims, nowMs);
  }
}
