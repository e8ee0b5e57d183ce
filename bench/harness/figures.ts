/** What one benchmark is asked to do. */
export interface BenchOptions {
  /** How often each thing is measured; the median counts. */
  readonly rounds: number;
  /** How long one measurement lasts, about. */
  readonly seconds: number;
  /** Which questions of a benchmark that has several; none: all. */
  readonly parts: readonly string[];
  /** Tells people what is going on. Never the figures: those are returned. */
  readonly say: (line: string) => void;
}

/** One measured number. Its name has the unit in it where a program needs it: `askThreadP50Us`. */
export interface Figure {
  readonly value: number;
  /** For people: `1/s`, `µs`, `bytes`, `× redis`. */
  readonly unit: string;
  /** The smallest and the largest of the rounds of which `value` is the median. */
  readonly min?: number;
  readonly max?: number;
}

/** All figures of a benchmark by name. */
export type Figures = Readonly<Record<string, Figure>>;

/** A benchmark: a module in `bench/` exports one as `run`. */
export type Bench = (options: BenchOptions) => Promise<Figures>;

/** A table for people: name, value, unit, and the spread where there is one. */
export function formatTable(figures: Figures): string {
  const rows = Object.entries(figures).map(([name, { value, unit, min, max }]) => {
    const spread =
      min === undefined || max === undefined ? '' : `${formatNumber(min)} … ${formatNumber(max)}`;
    return [name, formatNumber(value), unit, spread] as const;
  });
  const width = (column: 0 | 1 | 2): number =>
    Math.max(0, ...rows.map((row) => row[column].length));
  const widths = [width(0), width(1), width(2)] as const;
  return rows
    .map(([name, value, unit, spread]) =>
      [name.padEnd(widths[0]), value.padStart(widths[1]), unit.padEnd(widths[2]), spread]
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Four digits that mean something: `1,234,567`, `12.34`, `0.1235`. */
export function formatNumber(value: number): string {
  if (Math.abs(value) >= 1_000) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toPrecision(4)));
}

/** One JSON object, name to value: what programs read. */
export function formatJson(figures: Figures): string {
  const values = Object.entries(figures).map(([name, { value }]) => [name, value] as const);
  return JSON.stringify(Object.fromEntries(values));
}
