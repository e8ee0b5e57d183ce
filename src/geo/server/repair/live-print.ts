import { geoLimits } from '../../../core/limits.ts';
import { FingerprintBuilder, type LiveFingerprint } from './fingerprint.ts';
import type { Replica } from '../replica.ts';
import type { SlicedWork } from '../sync/sliced-work.ts';

/**
 * Works out the fingerprint of what a replica has that does not end before `untilMs`. `done` gets nothing if something changed
 * meanwhile: then it would be the fingerprint of no moment.
 */
export function printLive(
  replica: Replica,
  untilMs: number,
  works: SlicedWork,
  done: (print: LiveFingerprint | undefined) => void,
): void {
  const builder = new FingerprintBuilder(replica.table, replica.origins, untilMs);
  const { changeCount } = replica;
  works.add({
    step: () => replica.changeCount === changeCount && builder.step(geoLimits.repairSliceEntries),
    done: () => done(replica.changeCount === changeCount ? builder.fingerprint() : undefined),
  });
}
