/** The ladder that players climb, lowest first. */
export type RankId = 'undergraduate' | 'masters' | 'phd' | 'postdoc' | 'professor' | 'retired';

export interface Rank {
  readonly id: RankId;
  /** As in "heather, PhD student". */
  readonly title: string;
  /** As it follows "you are". */
  readonly called: string;
  /** 0 for an undergraduate; the shop offers one type more with each step. */
  readonly level: number;
}

export const ranks: readonly Rank[] = [
  { id: 'undergraduate', title: 'Undergraduate', called: 'an undergraduate', level: 0 },
  { id: 'masters', title: 'Masters student', called: 'a Masters student', level: 1 },
  { id: 'phd', title: 'PhD student', called: 'a PhD student', level: 2 },
  { id: 'postdoc', title: 'PostDoc', called: 'a PostDoc', level: 3 },
  { id: 'professor', title: 'Professor', called: 'a professor', level: 4 },
  { id: 'retired', title: 'Retired', called: 'retired', level: 5 },
];

/** The rank of those who hold no award. */
export const startRank: RankId = 'undergraduate';

const ranksById: ReadonlyMap<string, Rank> = new Map(ranks.map((rank) => [rank.id, rank]));

export function rankOf(id: RankId): Rank {
  const rank = ranksById.get(id);
  if (rank === undefined) throw new Error(`no such rank: ${id}`);
  return rank;
}

export function isRankId(text: string): text is RankId {
  return ranksById.has(text);
}

/** The next step of the ladder; undefined for the retired. */
export function rankAbove(id: RankId): Rank | undefined {
  return ranks[rankOf(id).level + 1];
}
