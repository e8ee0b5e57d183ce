import { plantedBugs } from '../../src/geo/server/planted-bugs.ts';
import { testPlantedBug } from '../swarm/test-seeds.ts';
import { geoStore } from './geo-store.ts';

for (const bug of plantedBugs) {
  testPlantedBug(geoStore, bug);
}
