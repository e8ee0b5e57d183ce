import { assert } from '../../src/core/assert.ts';
import type { Figure } from './figures.ts';

/** One measurement: several numbers of the same moment, such as operations and CPU time. */
export type Sample<Name extends string> = Readonly<Record<Name, number>>;

/** Runs something once and measures it. */
export type Measure<Name extends string> = () => Promise<Sample<Name>>;

export interface Turns<Name extends string> {
  readonly a: readonly Sample<Name>[];
  readonly b: readonly Sample<Name>[];
}

/**
 * Measures A and B in turns: A B, B A, A B, …
 *
 * On a machine that is shared, the same program differs by half within minutes. Measuring all of A and
 * then all of B compares two moments as much as two programs; in turns both see the same weather, and
 * the changing order keeps either from always going first.
 */
export async function measureInTurns<Name extends string>(options: {
  readonly rounds: number;
  readonly a: Measure<Name>;
  readonly b: Measure<Name>;
}): Promise<Turns<Name>> {
  const { rounds, a, b } = options;
  assert(rounds > 0, 'at least one round');
  const turns: { a: Sample<Name>[]; b: Sample<Name>[] } = { a: [], b: [] };
  for (let round = 0; round < rounds; round++) {
    if (round % 2 === 0) turns.a.push(await a());
    turns.b.push(await b());
    if (round % 2 === 1) turns.a.push(await a());
  }
  return turns;
}

/** The median of one number over the rounds, with its spread. */
export function medianOf<Name extends string>(
  samples: readonly Sample<Name>[],
  name: Name,
  unit: string,
): Figure {
  return summarize(
    samples.map((sample) => sample[name]),
    unit,
  );
}

/** The median of A / B, each round by itself, with its spread. */
export function ratioOf<Name extends string>(
  { a, b }: Turns<Name>,
  name: Name,
  unit: string,
): Figure {
  assert(a.length === b.length, 'A and B have as many rounds');
  const ratios = a.map((sample, round) => sample[name] / (b[round]?.[name] ?? Number.NaN));
  return summarize(ratios, unit);
}

/** Median, minimum and maximum. Requires: at least one value. */
export function summarize(values: readonly number[], unit: string): Figure {
  const sorted = values.toSorted((x, y) => x - y);
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  const upper = sorted[Math.ceil((sorted.length - 1) / 2)];
  const [min, max] = [sorted[0], sorted.at(-1)];
  assert(
    lower !== undefined && upper !== undefined && min !== undefined && max !== undefined,
    'a summary needs a value',
  );
  return { value: (lower + upper) / 2, unit, min, max };
}
