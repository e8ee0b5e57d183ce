/**
 * When a write was made and by whom: the order that decides which of two writes of a key wins.
 *
 * A hybrid logical clock: wall milliseconds, then a counter for writes of the same millisecond (and for
 * those behind a stamp that is ahead of the wall clock), then the origin. The handout's rule (CMUD §5:
 * wall-clock milliseconds, ties by uid) is the case without skew.
 *
 * Invariant: no two writes have the same stamp; what an origin issues strictly increases.
 */
export interface Stamp {
  /** Milliseconds since 1970, a safe integer ≥ 0. */
  readonly wallMs: number;
  /** 0 … `counterMax`. */
  readonly counter: number;
  /** The uid of the actor that took the write, with the incarnation of its server. */
  readonly origin: string;
}

/** The counter fits four bytes; when it is used up the clock goes on to the next millisecond. */
export const counterMax = 0xffff_ffff;

/** Negative, 0 or positive, as `a` is before, the same as or after `b`. Total. */
export function compareStamps(a: Stamp, b: Stamp): number {
  const byTime = compareTimes(a.wallMs, a.counter, b.wallMs, b.counter);
  if (byTime !== 0) return byTime;
  // CMUD §5: ties are broken by the uid, the same way everywhere.
  if (a.origin === b.origin) return 0;
  return a.origin < b.origin ? -1 : 1;
}

/** The part of the order that needs no origin; on numbers, for the hot path. */
export function compareTimes(
  wallMsA: number,
  counterA: number,
  wallMsB: number,
  counterB: number,
): number {
  return wallMsA === wallMsB ? counterA - counterB : wallMsA - wallMsB;
}

/** Whether numbers that came from outside can be those of a stamp. */
export function isStampTime(wallMs: number, counter: number): boolean {
  return (
    Number.isSafeInteger(wallMs) &&
    wallMs >= 0 &&
    Number.isInteger(counter) &&
    counter >= 0 &&
    counter <= counterMax
  );
}
