/**
 * Post keys: `post_TIME_TIE`, where `TIME` is microseconds in 14 hexadecimal digits and `TIE` 8 random ones. So they sort by
 * time as text, and two servers that post for one user in the same microsecond do not meet.
 */
const pattern = /^post_[0-9a-f]{14}_[0-9a-f]{8}$/;

export function isPostKey(text: string): boolean {
  return pattern.test(text);
}

/** Requires: `tie` is 8 hexadecimal digits, and the time before the year 4253. */
export function makePostKey(timeUs: number, tie: string): string {
  return `post_${timeUs.toString(16).padStart(14, '0')}_${tie}`;
}

/** Microseconds since 1970. Requires: a post key. */
export function postTimeUs(key: string): number {
  return Number.parseInt(key.slice(5, 19), 16);
}

/** A Tribble, by whom it is of and its post key. */
export interface PostRef {
  readonly user: string;
  readonly key: string;
}

/** As one word: `heather/post_…`. */
export function formatPostId({ user, key }: PostRef): string {
  return `${user}/${key}`;
}

/** The order of timelines: the latest first; of the same time and tie by the name. */
export function compareNewestFirst(a: PostRef, b: PostRef): number {
  if (a.key !== b.key) return a.key > b.key ? -1 : 1;
  if (a.user === b.user) return 0;
  return a.user < b.user ? -1 : 1;
}
