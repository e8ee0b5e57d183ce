import { abilities } from '../../src/sim/geo/boot-geo-server.ts';
import { GeoRun } from '../../src/sim/geo/geo-run.ts';
import { rareStates, reachableStates } from '../../src/sim/geo/sometimes.ts';
import type { SwarmStore } from '../swarm/seeds.ts';

/** Storms over geo servers. */
export const geoStore: SwarmStore = {
  name: 'geo',
  rareStates,
  reachableStates: reachableStates(abilities),
  makeRun: (options) => new GeoRun(options),
};
