import { randomBelow } from '../../core/random.ts';
import type { SimRandom } from '../sim-random.ts';

/** What can happen to servers, disks, clocks and the network. */
export const faultKinds = [
  'process crash',
  'power cut',
  'pause',
  'cut',
  'one-way cut',
  'isolation',
  'split',
  'flapping',
  'reset',
  'bad link',
  'slow disk',
  'stalled disk',
  'full disk',
  'failing sync',
  'clock step',
  'clock leap',
  'drift',
] as const;
export type FaultKind = (typeof faultKinds)[number];

/** A third of the kinds, each a few times. Kinds that cannot hurt such a cluster are left out. */
export function drawFaults(
  random: SimRandom,
  { servers, hasDisk }: { servers: number; hasDisk: boolean },
): Partial<Record<FaultKind, number>> {
  const faults: Partial<Record<FaultKind, number>> = {};
  const density = random.pick([0.15, 0.35, 0.6]);
  for (const kind of faultKinds) {
    const isDrawn = random.chance(density);
    const count = 1 + randomBelow(random, 4);
    const isIdle = (kind === 'split' && servers < 2) || (isOfDisk(kind) && !hasDisk);
    if (isDrawn && !isIdle) faults[kind] = count;
  }
  return faults;
}

function isOfDisk(kind: FaultKind): boolean {
  return (
    kind === 'slow disk' ||
    kind === 'stalled disk' ||
    kind === 'full disk' ||
    kind === 'failing sync'
  );
}
