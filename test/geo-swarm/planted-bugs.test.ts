import { plantedBugs, type PlantedBug } from '../../src/geo/server/planted-bugs.ts';
import { testPlantedBug } from '../swarm/test-seeds.ts';
import { geoStore } from './geo-store.ts';

/** These take a disk that stands still, somebody who believes what is not on it, and a power cut, in this order. */
const rareBugs: ReadonlySet<PlantedBug> = new Set([
  'confirms before durable',
  'sends before durable',
]);

for (const bug of plantedBugs) {
  const skip = rareBugs.has(bug) ? 'it takes more seeds than a test has time for' : false;
  testPlantedBug(geoStore, bug, { skip });
}
