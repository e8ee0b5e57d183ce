import { testSeeds } from './swarm.ts';

testSeeds(2, 2);
