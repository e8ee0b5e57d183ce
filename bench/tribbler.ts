import { chooseParts, type Part } from './harness/parts.ts';
import type { BenchOptions, Figures } from './harness/figures.ts';
import { measureGrowth } from './tribbler/growth.ts';
import { measureMix } from './tribbler/mix.ts';
import { measureRoundTrips } from './tribbler/round-trips.ts';

const parts: Readonly<Record<string, Part>> = {
  mix: measureMix,
  trips: measureRoundTrips,
  growth: measureGrowth,
};

/**
 * What Tribbler does in a second: two storage nodes, one application server, 20 connections; 70 % home timelines, 20 % Tribbles of
 * a user, 10 % posts. Bar: `mixPerSecond` ≥ 10,000.
 */
export async function run(options: BenchOptions): Promise<Figures> {
  let figures: Figures = {};
  for (const part of chooseParts(parts, options.parts)) {
    figures = { ...figures, ...(await part(options)) };
  }
  return figures;
}
