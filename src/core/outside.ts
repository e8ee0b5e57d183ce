import type { Clock } from './clock.ts';
import type { Digest } from './digest.ts';
import type { Disks } from './disk.ts';
import type { Log } from './log.ts';
import type { Network } from './network.ts';
import type { Random } from './random.ts';
import type { Timers } from './timers.ts';

/**
 * All that one thread can reach outside itself: the one argument that a part of Atoll needs to run.
 *
 * Production makes it with `createOutside` (`src/platform`), a simulation with `simulation.node(name)`
 * (`src/sim`); the same code runs on both.
 */
export interface Outside {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly network: Network;
  readonly digest: Digest;
  readonly disks: Disks;
  readonly log: Log;
}
