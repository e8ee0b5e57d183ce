const dayMs = 86_400_000;

/** Milliseconds since 1970 as RFC 3339, in UTC with milliseconds. Requires: a time from 1970 to 9999. */
export function formatTime(timeMs: number): string {
  const whole = Math.floor(timeMs);
  const days = Math.floor(whole / dayMs);
  const { year, month, day } = dateOf(days);
  const ms = whole - days * dayMs;
  const time = [ms / 3_600_000, (ms / 60_000) % 60, (ms / 1_000) % 60].map((part) => digits(part));
  return `${digits(year, 4)}-${digits(month)}-${digits(day)}T${time.join(':')}.${digits(ms % 1_000, 3)}Z`;
}

/** The calendar in eras of 400 years, each beginning in March, so that the day of a leap year is the last. */
function dateOf(days: number): { year: number; month: number; day: number } {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1_460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1,
  };
}

function digits(number: number, count = 2): string {
  return String(Math.floor(number)).padStart(count, '0');
}
