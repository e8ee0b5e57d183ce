const star = 42;
const questionMark = 63;
const openBracket = 91;
const closeBracket = 93;
const caret = 94;
const minus = 45;
const backslash = 92;

/**
 * Whether `bytes[start … end)` matches a pattern as Redis has them: `*`, `?`, `[a-z]`, `[^a]`, `\c`.
 *
 * Only the last star is ever tried again: when what follows it does not match, it takes one byte more.
 * Earlier ones need not, since a match further on for them leaves less for the rest and gains nothing. So
 * the time is bounded by pattern × text, where the recursive way needs exponential time for `a*a*a*b`.
 */
export function matchesGlob(
  pattern: Uint8Array,
  bytes: Uint8Array,
  start: number,
  end: number,
): boolean {
  let at = start;
  let p = 0;
  let starAt = -1;
  let retryAt = start;
  while (at < end) {
    if (p < pattern.length && pattern[p] === star) {
      starAt = p;
      p += 1;
      retryAt = at;
      continue;
    }
    const next = p < pattern.length ? matchOne(pattern, p, bytes[at] ?? 0) : -1;
    if (next >= 0) {
      p = next;
      at += 1;
    } else if (starAt >= 0) {
      p = starAt + 1;
      retryAt += 1;
      at = retryAt;
    } else return false;
  }
  while (p < pattern.length && pattern[p] === star) p += 1;
  return p === pattern.length;
}

/** Where the pattern goes on behind the element at `p` if that takes `byte`; −1 if it does not. */
function matchOne(pattern: Uint8Array, p: number, byte: number): number {
  switch (pattern[p]) {
    case questionMark:
      return p + 1;
    case openBracket:
      return matchClass(pattern, p + 1, byte);
    case backslash: {
      const literal = p + 1 < pattern.length ? p + 1 : p;
      return pattern[literal] === byte ? literal + 1 : -1;
    }
    default:
      return pattern[p] === byte ? p + 1 : -1;
  }
}

function matchClass(pattern: Uint8Array, begin: number, byte: number): number {
  let p = begin;
  const isNegated = pattern[p] === caret;
  if (isNegated) p += 1;
  let isIn = false;
  // Redis: a class that is not closed ends with the pattern.
  while (p < pattern.length && pattern[p] !== closeBracket) {
    if (pattern[p] === backslash && p + 1 < pattern.length) p += 1;
    const low = pattern[p] ?? 0;
    if (pattern[p + 1] === minus && p + 2 < pattern.length && pattern[p + 2] !== closeBracket) {
      const high = pattern[p + 2] ?? 0;
      if (byte >= Math.min(low, high) && byte <= Math.max(low, high)) isIn = true;
      p += 3;
    } else {
      if (byte === low) isIn = true;
      p += 1;
    }
  }
  if (isIn === isNegated) return -1;
  return Math.min(p + 1, pattern.length);
}
