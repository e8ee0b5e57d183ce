import type { Log } from '../log.ts';
import type { Recovery } from './open-journal.ts';

/** Tells what a start found that is not as it was left. */
export function tellRecovery(recovery: Recovery, log: Log): void {
  const { cutBytes, damagedSnapshots, fault, quarantined } = recovery;
  if (cutBytes > 0) log.warn('an unfinished write was cut off the log', { bytes: cutBytes });
  if (damagedSnapshots > 0) log.warn('snapshots are damaged', { count: damagedSnapshots });
  if (fault !== undefined) {
    log.error('records are lost', { reason: fault.message, quarantined: quarantined.join() });
  }
}
