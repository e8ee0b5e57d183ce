/**
 * The bounds of the game. They are here and not in `core/limits.ts` because the rules import nothing: a
 * browser and a simulator run this folder alone.
 */
export const gameLimits = {
  /** Times that one `mine` may be told to dig: more than half an hour is not a plan, it is a typo. */
  mineTimesMax: 1_000,
  /** Tries of one `solve`. */
  solveTimesMax: 1_000,
  /** Characters that a player may type in one line. */
  lineCharsMax: 1_000,
  /** Characters of one message to others: a paragraph. */
  messageCharsMax: 400,
  /** Characters of a stored value; ours have under 400 and a message at most 3,000. */
  valueCharsMax: 4_096,
  /** A total in a ledger or in damage. Sums of a thousand stay exact in a double. */
  totalMax: 1_000_000_000_000,
  /** Rounds of a problem. */
  roundMax: 1_000_000_000,
  /** Presence is put this often … */
  presenceRefreshMs: 10_000,
  /** … and holds for so long: two refreshes may be lost. */
  presenceMs: 30_000,
  /** What is said can be read for a day. */
  chatTtlMs: 86_400_000,
  /** A message from further ahead than this has a stamp that nobody honest gave it. */
  chatAheadMs: 300_000,
  /** Messages that a view remembers, so that one that comes twice is shown once. */
  chatRemembered: 2_000,
} as const;
