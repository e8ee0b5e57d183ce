import type { Happening } from './happening.ts';
import { parseKey } from './keys.ts';
import type { ParsedKey } from './keys.ts';
import type { Holdings } from './ledger.ts';
import { OnlineTable } from './online-table.ts';
import type { PlaceId } from './places.ts';
import { PlayerFacts } from './player-facts.ts';
import { ProblemFacts } from './problem-facts.ts';
import { mustGetProblem, problems } from './problems.ts';
import type { ProblemId } from './problems.ts';
import type { RankId } from './ranks.ts';
import {
  decodeAward,
  decodeDamage,
  decodeLedger,
  decodePlace,
  decodePresence,
  decodeSolved,
} from './values.ts';

/**
 * The view: the fold of all pairs that were seen, in whatever order they came.
 *
 * Totals join by taking the larger, so a pair that is late, repeated, or told by a replica that lags
 * behind can never take anything back: no coin, no hit, no rank. What is malformed is ignored and counted,
 * whoever wrote it.
 *
 * Invariant: two views that took in the same pairs, each key's in the same order, answer every question
 * alike; the order matters only for places, presence and who holds a title.
 */
export class World {
  readonly online: OnlineTable = new OnlineTable();
  readonly #players: Map<string, PlayerFacts> = new Map();
  readonly #problems: ReadonlyMap<ProblemId, ProblemFacts> = new Map(
    problems.map((problem) => [problem.rank, new ProblemFacts(problem)]),
  );
  #refused = 0;

  /** Pairs under our prefixes that were no facts of the game. */
  get refusedCount(): number {
    return this.#refused;
  }

  /** Takes a pair in and says what it changed. `nowMs` is monotonic: the moment of being seen. */
  apply(key: string, value: string, nowMs: number): Happening[] {
    const parsed = parseKey(key);
    const happenings = parsed === undefined ? undefined : this.#applyParsed(parsed, value, nowMs);
    if (happenings === undefined) {
      this.#refused++;
      return [];
    }
    return happenings;
  }

  /** Takes in that a key is gone: somebody left, or an operator tidied up. */
  remove(key: string): Happening[] {
    const parsed = parseKey(key);
    if (parsed === undefined) return [];
    switch (parsed.kind) {
      case 'ledger':
        this.#players.get(parsed.name)?.removeLedger(parsed.writer);
        return [];
      case 'award':
        this.#players.get(parsed.name)?.removeAward(parsed.rank);
        return [];
      case 'place':
        return this.#players.get(parsed.name)?.moveTo(undefined) ?? [];
      case 'damage':
        this.problem(parsed.rank).removeDamage(parsed.round, parsed.name, parsed.writer);
        return [];
      case 'solved':
        this.problem(parsed.rank).removeSolved(parsed.round);
        return [];
      case 'online':
        return this.online.leave(parsed.name, parsed.writer);
      case 'chat':
        return [];
    }
  }

  /** Whether the store has anything about `name`. */
  knows(name: string): boolean {
    return this.#players.has(name);
  }

  player(name: string): PlayerFacts {
    return this.#players.get(name) ?? new PlayerFacts(name);
  }

  players(): PlayerFacts[] {
    return [...this.#players.values()];
  }

  problem(rank: ProblemId): ProblemFacts {
    return this.#problems.get(rank) ?? new ProblemFacts(mustGetProblem(rank));
  }

  rankOf(name: string): RankId {
    return this.player(name).rank;
  }

  holdingsOf(name: string): Holdings {
    return this.player(name).holdings;
  }

  placeOf(name: string): PlaceId {
    return this.player(name).place;
  }

  /** The names of those who are online and in `place`. */
  peopleAt(place: PlaceId): string[] {
    return this.online.names().filter((name) => this.placeOf(name) === place);
  }

  /** How often `name` took the last step, by problem; in the order of the ranks. */
  titlesOf(name: string): { readonly rank: ProblemId; readonly times: number }[] {
    return problems.flatMap(({ rank }) => {
      const rounds = this.problem(rank).solvedRounds();
      const times = rounds.filter(({ solved }) => solved.by === name).length;
      return times === 0 ? [] : [{ rank, times }];
    });
  }

  /** Undefined if the value is not what the key promises. */
  #applyParsed(parsed: ParsedKey, value: string, nowMs: number): Happening[] | undefined {
    switch (parsed.kind) {
      case 'ledger': {
        const ledger = decodeLedger(value);
        return ledger && this.#mustGetPlayer(parsed.name).joinLedger(parsed.writer, ledger);
      }
      case 'award': {
        const award = decodeAward(value);
        return award && this.#mustGetPlayer(parsed.name).addAward(parsed.rank, award);
      }
      case 'place': {
        const place = decodePlace(value);
        return place && this.#mustGetPlayer(parsed.name).moveTo(place);
      }
      case 'damage': {
        const damage = decodeDamage(value);
        const { rank, round, name, writer } = parsed;
        return damage && this.problem(rank).joinDamage(round, name, writer, damage);
      }
      case 'solved': {
        const solved = decodeSolved(value);
        return solved && this.problem(parsed.rank).setSolved(parsed.round, solved);
      }
      case 'online': {
        const presence = decodePresence(value);
        return presence && this.online.see(parsed.name, parsed.writer, presence.activity, nowMs);
      }
      case 'chat':
        return [];
    }
  }

  #mustGetPlayer(name: string): PlayerFacts {
    let facts = this.#players.get(name);
    if (facts === undefined) {
      facts = new PlayerFacts(name);
      this.#players.set(name, facts);
    }
    return facts;
  }
}
