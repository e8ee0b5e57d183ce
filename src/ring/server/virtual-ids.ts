import { AtollError } from '../../core/errors.ts';
import { ringLimits } from '../../core/limits.ts';
import { randomBelow, type Random } from '../../core/random.ts';

export interface VirtualIdsOptions {
  /** What whoever starts the node says, in any order. */
  readonly given: readonly number[] | undefined;
  /** What was kept with its data. */
  readonly kept: readonly number[] | undefined;
  readonly random: Random;
}

/** The places of a node on the ring, ascending: kept, given, or drawn. Throws `USAGE` if others are given than were kept. */
export function chooseVirtualIds({ given, kept, random }: VirtualIdsOptions): readonly number[] {
  const sorted = given?.toSorted((a, b) => a - b);
  if (kept === undefined) return sorted ?? drawVirtualIds(random);
  if (sorted === undefined || sorted.join() === kept.join()) return kept;
  const text = `the data of the node lies at the virtual ids ${kept.join()}`;
  throw new AtollError('USAGE', `${text}: expected the same or none, got ${sorted.join()}`);
}

function drawVirtualIds(random: Random): readonly number[] {
  const drawn = new Set<number>();
  while (drawn.size < ringLimits.virtualIdsDrawn) drawn.add(randomBelow(random, 2 ** 32));
  return [...drawn].toSorted((a, b) => a - b);
}
