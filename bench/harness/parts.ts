import type { BenchOptions, Figures } from './figures.ts';

/** One question of a benchmark that has several. */
export type Part = (options: BenchOptions) => Promise<Figures> | Figures;

/** The parts of these names, each once, in the order of the names; none: all. Throws if there is no such part. */
export function chooseParts(
  parts: Readonly<Record<string, Part>>,
  names: readonly string[],
): readonly Part[] {
  if (names.length === 0) return Object.values(parts);
  return [...new Set(names)].map((name) => {
    const part = Object.hasOwn(parts, name) ? parts[name] : undefined;
    if (part !== undefined) return part;
    throw new Error(`there is no part '${name}'; parts are ${Object.keys(parts).join(', ')}`);
  });
}
