import { GeoRun } from '../../src/sim/geo/geo-run.ts';
import { rareStates } from '../../src/sim/geo/sometimes.ts';
import type { SwarmStore } from '../swarm/seeds.ts';

/** Storms over geo servers. */
export const geoStore: SwarmStore = {
  name: 'geo',
  rareStates,
  makeRun: (options) => new GeoRun(options),
};
