export interface ListDifference {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/**
 * What was appended to a list and what was removed from it, by its end before and now, of at most `newest` items each.
 *
 * An item that only came into sight because others were removed was not added; one that went out of sight because others were
 * added was not removed.
 */
export function differenceOf(
  before: readonly string[],
  now: readonly string[],
  newest: number,
): ListDifference {
  const wasSeen = new Set(before);
  const isSeen = new Set(now);
  // Added ones stand behind the last that was there before.
  const lastKnown = now.findLastIndex((item) => wasSeen.has(item));
  const added = now.slice(lastKnown + 1);
  // Removed ones stood behind the first that is still there; before it they may only be out of sight.
  const isWhole = now.length < newest;
  const firstKept = isWhole ? -1 : before.findIndex((item) => isSeen.has(item));
  const start = !isWhole && firstKept < 0 ? before.length : firstKept + 1;
  return { added, removed: before.slice(start).filter((item) => !isSeen.has(item)) };
}
