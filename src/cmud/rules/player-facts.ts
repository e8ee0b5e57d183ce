import { hardware, mapCounts } from './hardware.ts';
import type { Counts } from './hardware.ts';
import type { Happening } from './happening.ts';
import { emptyLedger, foldLedgers, joinLedgers } from './ledger.ts';
import type { Holdings, Ledger } from './ledger.ts';
import { startPlace } from './places.ts';
import type { PlaceId } from './places.ts';
import { rankFromAwards } from './promotion.ts';
import type { Award } from './promotion.ts';
import type { RankId } from './ranks.ts';

/** All that the store says about one player. Absent means default: nothing is ever written to begin with. */
export class PlayerFacts {
  readonly name: string;
  readonly #ledgers: Map<string, Ledger> = new Map();
  readonly #awards: Map<RankId, Award> = new Map();
  #place: PlaceId | undefined;

  constructor(name: string) {
    this.name = name;
  }

  get place(): PlaceId {
    return this.#place ?? startPlace;
  }

  get rank(): RankId {
    return rankFromAwards(this.#awards.keys());
  }

  get awards(): ReadonlyMap<RankId, Award> {
    return this.#awards;
  }

  /** Folded anew each time: even hundreds of writers are a few microseconds. */
  get holdings(): Holdings {
    return foldLedgers(this.#ledgers.values());
  }

  ledger(writer: string): Ledger {
    return this.#ledgers.get(writer) ?? emptyLedger;
  }

  /** Takes in a ledger; one that is older than what is known changes nothing. */
  joinLedger(writer: string, ledger: Ledger): Happening[] {
    const before = this.ledger(writer);
    const after = joinLedgers(before, ledger);
    this.#ledgers.set(writer, after);
    const happenings: Happening[] = [];
    const coins = after.earned - before.earned;
    if (coins > 0) happenings.push({ kind: 'earned', name: this.name, coins });
    happenings.push(...this.#changes('broke', before.broken, after.broken));
    // What was not paid for was given out of pity, and is nothing to write home about.
    if (after.spent > before.spent) {
      happenings.push(...this.#changes('bought', before.bought, after.bought));
    }
    return happenings;
  }

  removeLedger(writer: string): void {
    this.#ledgers.delete(writer);
  }

  addAward(rank: RankId, award: Award): Happening[] {
    const before = this.rank;
    this.#awards.set(rank, award);
    const after = this.rank;
    return after === before ? [] : [{ kind: 'promoted', name: this.name, rank: after }];
  }

  removeAward(rank: RankId): void {
    this.#awards.delete(rank);
  }

  /** Without a place one is where everybody starts. */
  moveTo(place: PlaceId | undefined): Happening[] {
    const from = this.place;
    this.#place = place;
    const to = this.place;
    return from === to ? [] : [{ kind: 'moved', name: this.name, from, to }];
  }

  #changes(kind: 'bought' | 'broke', before: Counts, after: Counts): Happening[] {
    const more = mapCounts((type) => after[type] - before[type]);
    return hardware
      .filter(({ type }) => more[type] > 0)
      .map(({ type }) => ({ kind, name: this.name, type, count: more[type] }));
  }
}
