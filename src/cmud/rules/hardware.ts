import { rankOf } from './ranks.ts';
import type { RankId } from './ranks.ts';

export type HardwareType = 'cpu' | 'gpu' | 'asic' | 'quantum' | 'dark_matter';

export interface Hardware {
  readonly type: HardwareType;
  /** What it is, for people who do not know the abbreviation. */
  readonly label: string;
  readonly priceCoins: number;
  /** Steps off a problem in one hit, and the most coins that one find can hold. */
  readonly power: number;
}

/** In the order of the shop, which opens one type more with each rank. */
export const hardware: readonly Hardware[] = [
  { type: 'cpu', label: 'a plain processor', priceCoins: 1, power: 1 },
  { type: 'gpu', label: 'a graphics card', priceCoins: 5, power: 10 },
  { type: 'asic', label: 'a chip made for one purpose', priceCoins: 25, power: 100 },
  { type: 'quantum', label: 'a quantum computer', priceCoins: 125, power: 1_000 },
  { type: 'dark_matter', label: 'a dark matter engine', priceCoins: 625, power: 10_000 },
];

/** How many of each type. */
export type Counts = Readonly<Record<HardwareType, number>>;

export const noHardware: Counts = { cpu: 0, gpu: 0, asic: 0, quantum: 0, dark_matter: 0 };

/** What everybody has who never bought or broke anything. Added when reading, never written. */
export const startHardware: Counts = { ...noHardware, cpu: 1 };

export function hardwareOf(type: HardwareType): Hardware {
  const found = hardware.find((item) => item.type === type);
  if (found === undefined) throw new Error(`no such hardware: ${type}`);
  return found;
}

/** Σ count × power. */
export function powerOf(counts: Counts): number {
  return hardware.reduce((power, item) => power + counts[item.type] * item.power, 0);
}

/** What the shop has for `rank`: an undergraduate sees one type, a professor all. */
export function offeredTo(rank: RankId): readonly Hardware[] {
  return hardware.slice(0, rankOf(rank).level + 1);
}

/** Applies `change` to each type's count. */
export function mapCounts(change: (type: HardwareType) => number): Counts {
  return {
    cpu: change('cpu'),
    gpu: change('gpu'),
    asic: change('asic'),
    quantum: change('quantum'),
    dark_matter: change('dark_matter'),
  };
}

/** The types that `text` may mean: exact, or all that begin so. Case and `-` for `_` are forgiven. */
export function findHardware(text: string): Hardware[] {
  const wanted = text.toLowerCase().replaceAll(/[-\s]/g, '_');
  if (wanted === '') return [];
  const exact = hardware.filter((item) => item.type === wanted || `${item.type}s` === wanted);
  if (exact.length > 0) return exact;
  return hardware.filter((item) => item.type.startsWith(wanted));
}
