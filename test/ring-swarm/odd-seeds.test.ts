import { testSeeds } from '../swarm/test-seeds.ts';
import { ringStore } from './ring-store.ts';

testSeeds(ringStore, 1, 2);
