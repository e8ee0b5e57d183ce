import { testSeeds } from '../swarm/test-seeds.ts';
import { geoStore } from './geo-store.ts';

testSeeds(geoStore, 1, 2);
