import { rareStates, reachableStates } from '../../src/sim/ring/rare-states.ts';
import { RingRun } from '../../src/sim/ring/ring-run.ts';
import type { SwarmStore } from '../swarm/seeds.ts';

/** Storms over a ring. */
export const ringStore: SwarmStore = {
  name: 'ring',
  rareStates,
  reachableStates,
  makeRun: (options) => new RingRun(options),
};
