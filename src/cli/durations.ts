import { InvalidArgumentError } from 'commander';

const msPerUnit: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

/** A parser of durations: `500ms`, `10s`, `5m`, `1h`, `2d`; without a unit, `unit` is meant. In milliseconds. */
export function durationMs(unit: 'ms' | 's'): (text: string) => number {
  return (text) => {
    const match = /^(\d{1,12})(ms|s|m|h|d)?$/.exec(text);
    const ms = Number(match?.[1]) * (msPerUnit.get(match?.[2] ?? unit) ?? NaN);
    if (ms > 0 && Number.isSafeInteger(ms)) return ms;
    throw new InvalidArgumentError('Expected a duration as 500ms, 10s, 5m, 1h or 2d.');
  };
}
