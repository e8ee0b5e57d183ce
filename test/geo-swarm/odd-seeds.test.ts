import { testSeeds } from './swarm.ts';

testSeeds(1, 2);
