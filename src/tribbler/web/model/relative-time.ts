const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** How long ago, as short as it can be said: `now`, `5 min`, `3 h`, `2 d`, `12 Nov`, `12 Nov 2024`. */
export function relativeTime(postedMs: number, nowMs: number): string {
  // A clock that is a little behind the server's must not speak of the future.
  const agoMs = Math.max(0, nowMs - postedMs);
  if (agoMs < minuteMs) return 'now';
  if (agoMs < hourMs) return `${Math.floor(agoMs / minuteMs)} min`;
  if (agoMs < dayMs) return `${Math.floor(agoMs / hourMs)} h`;
  if (agoMs < 7 * dayMs) return `${Math.floor(agoMs / dayMs)} d`;
  const isThisYear = yearOf(postedMs) === yearOf(nowMs);
  return (isThisYear ? dayAndMonth : fullDay).format(postedMs);
}

/** The whole truth, in the reader's language and time zone. */
export function absoluteTime(timeMs: number): string {
  return whole.format(timeMs);
}

/** `Nov 2026`: since when somebody is here. */
export function monthAndYear(timeMs: number): string {
  return month.format(timeMs);
}

const dayAndMonth = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const fullDay = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
});
const month = new Intl.DateTimeFormat('en-GB', { month: 'short', year: 'numeric' });
const year = new Intl.DateTimeFormat('en-GB', { year: 'numeric' });
const whole = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'short' });

function yearOf(timeMs: number): string {
  return year.format(timeMs);
}
