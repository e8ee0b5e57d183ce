import { plantedBugs } from '../../src/ring/server/planted-bugs.ts';
import { testPlantedBug } from '../swarm/test-seeds.ts';
import { ringStore } from './ring-store.ts';

for (const bug of plantedBugs) testPlantedBug(ringStore, bug);
