import type { PlaceId } from './places.ts';
import type { RankId } from './ranks.ts';

/** The ranks that have a problem to solve: all but the last. */
export type ProblemId = Exclude<RankId, 'retired'>;

/** The one problem of a rank, shared by all players who hold it. Solved, it starts again at full size. */
export interface Problem {
  readonly rank: ProblemId;
  readonly name: string;
  /** Steps of work in one round. */
  readonly size: number;
  /** What whoever takes the last step of a round is called from then on. */
  readonly title: string;
  /** The floor where its state can be seen. */
  readonly home: PlaceId;
}

export const problems: readonly Problem[] = [
  {
    rank: 'undergraduate',
    name: 'the Travelling Salesman',
    size: 100,
    title: 'Finder of the Tour',
    home: 'gates-4',
  },
  {
    rank: 'masters',
    name: 'the Take-home Midterm',
    size: 1_000,
    title: 'Breaker of the Digest',
    home: 'gates-6',
  },
  {
    rank: 'phd',
    name: 'the Language Model',
    size: 10_000,
    title: 'Teacher of Tongues',
    home: 'gates-7',
  },
  { rank: 'postdoc', name: 'P = NP', size: 500_000, title: 'The Equaliser', home: 'gates-8' },
  {
    rank: 'professor',
    name: 'the Meaning of Life',
    size: 10_000_000,
    title: 'Keeper of the Answer',
    home: 'gates-9',
  },
];

const problemsByRank: ReadonlyMap<string, Problem> = new Map(
  problems.map((problem) => [problem.rank, problem]),
);

/** The problem of a rank; undefined for the retired, who have none left. */
export function problemOf(rank: RankId): Problem | undefined {
  return problemsByRank.get(rank);
}

export function mustGetProblem(rank: ProblemId): Problem {
  const problem = problemsByRank.get(rank);
  if (problem === undefined) throw new Error(`no problem of rank ${rank}`);
  return problem;
}

export function isProblemId(text: string): text is ProblemId {
  return problemsByRank.has(text);
}

/** The problem whose board hangs in `place`. */
export function problemAt(place: PlaceId): Problem | undefined {
  return problems.find((problem) => problem.home === place);
}
