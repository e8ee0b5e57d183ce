import { joinDamage, noDamage, remainingSteps, sumDamage } from './damage.ts';
import type { Damage } from './damage.ts';
import type { Happening } from './happening.ts';
import type { Problem } from './problems.ts';
import type { Solved } from './values.ts';

/** What one player did in one round. */
export interface Contribution extends Damage {
  readonly name: string;
}

/** One round of a problem, folded. */
export interface RoundState {
  readonly round: number;
  readonly remaining: number;
  readonly solved: Solved | undefined;
  /** Who worked on it, the most first. */
  readonly contributions: readonly Contribution[];
}

/** All that the store says about one problem: its rounds, each with the damage of everybody. */
export class ProblemFacts {
  readonly problem: Problem;
  readonly #rounds: Map<number, RoundFacts> = new Map();
  #current = 1;

  constructor(problem: Problem) {
    this.problem = problem;
  }

  /** The first round that is not solved: the solved ones before it stand in a row. */
  get currentRound(): number {
    return this.#current;
  }

  /** How many rounds are solved for good. */
  get solvedCount(): number {
    return this.#current - 1;
  }

  /** What is left of a round; unlike `round`, at the same cost however many have worked on it. */
  remaining(round: number): number {
    return remainingSteps(this.problem.size, this.#rounds.get(round)?.steps ?? 0);
  }

  isSolved(round: number): boolean {
    return this.#rounds.get(round)?.solved !== undefined;
  }

  round(round: number): RoundState {
    const facts = this.#rounds.get(round);
    return {
      round,
      remaining: this.remaining(round),
      solved: facts?.solved,
      contributions: facts === undefined ? [] : contributionsOf(facts),
    };
  }

  /** What `name` did in `round`. */
  damageOf(round: number, name: string): Damage {
    return sumDamage(this.#rounds.get(round)?.damage.get(name)?.values() ?? []);
  }

  damageBy(round: number, name: string, writer: string): Damage {
    return this.#rounds.get(round)?.damage.get(name)?.get(writer) ?? noDamage;
  }

  /** The rounds in which `name` did anything, for looking through what was earned. */
  roundsWith(name: string): number[] {
    return [...this.#rounds]
      .filter(([, facts]) => facts.damage.has(name))
      .map(([round]) => round)
      .toSorted((one, other) => one - other);
  }

  /** The rounds that are solved, the newest first. */
  solvedRounds(): { readonly round: number; readonly solved: Solved }[] {
    const found = [];
    for (const [round, { solved }] of this.#rounds) {
      if (solved !== undefined && round < this.#current) found.push({ round, solved });
    }
    return found.toSorted((one, other) => other.round - one.round);
  }

  joinDamage(round: number, name: string, writer: string, damage: Damage): Happening[] {
    const before = this.damageBy(round, name, writer);
    const after = joinDamage(before, damage);
    const facts = this.#mustGetRound(round);
    const byWriter = facts.damage.get(name) ?? new Map<string, Damage>();
    facts.damage.set(name, byWriter);
    byWriter.set(writer, after);
    const steps = after.steps - before.steps;
    if (steps === 0) return [];
    facts.steps += steps;
    const remaining = this.remaining(round);
    return [{ kind: 'hit', name, rank: this.problem.rank, round, steps, remaining }];
  }

  removeDamage(round: number, name: string, writer: string): void {
    const facts = this.#rounds.get(round);
    const byWriter = facts?.damage.get(name);
    const removed = byWriter?.get(writer);
    if (facts === undefined || byWriter === undefined || removed === undefined) return;
    facts.steps -= removed.steps;
    byWriter.delete(writer);
    if (byWriter.size === 0) facts.damage.delete(name);
  }

  setSolved(round: number, solved: Solved): Happening[] {
    const facts = this.#mustGetRound(round);
    const formerly = facts.solved?.by;
    facts.solved = solved;
    while (this.#rounds.get(this.#current)?.solved !== undefined) this.#current++;
    if (formerly === solved.by) return [];
    return [{ kind: 'solved', rank: this.problem.rank, round, by: solved.by, formerly }];
  }

  removeSolved(round: number): void {
    const facts = this.#rounds.get(round);
    if (facts !== undefined) facts.solved = undefined;
    this.#current = Math.min(this.#current, round);
  }

  #mustGetRound(round: number): RoundFacts {
    let facts = this.#rounds.get(round);
    if (facts === undefined) {
      facts = { damage: new Map(), steps: 0, solved: undefined };
      this.#rounds.set(round, facts);
    }
    return facts;
  }
}

interface RoundFacts {
  /** By player, then by writer. */
  readonly damage: Map<string, Map<string, Damage>>;
  /** The sum of all their steps, kept as they come: a fold at each of them would be quadratic. */
  steps: number;
  solved: Solved | undefined;
}

function contributionsOf({ damage }: RoundFacts): Contribution[] {
  return [...damage]
    .map(([name, byWriter]) => ({ name, ...sumDamage(byWriter.values()) }))
    .toSorted((one, other) => other.steps - one.steps || (one.name < other.name ? -1 : 1));
}
