import type { Outside } from '../core/outside.ts';
import { PlatformClock } from './clock.ts';
import { PlatformDigest } from './digest.ts';
import { openDisk } from './disk.ts';
import { createLog } from './log.ts';
import type { LogOptions } from './log.ts';
import { PlatformNetwork } from './network.ts';
import { PlatformRandom } from './random.ts';
import { PlatformTimers } from './timers.ts';

export interface OutsideOptions {
  readonly log?: LogOptions;
}

/** The real outside of the calling thread. Make one for each thread: nothing of it crosses threads. */
export function createOutside({ log }: OutsideOptions = {}): Outside {
  return {
    clock: new PlatformClock(),
    timers: new PlatformTimers(),
    random: new PlatformRandom(),
    network: new PlatformNetwork(),
    digest: new PlatformDigest(),
    disks: { open: openDisk },
    log: createLog(log),
  };
}
