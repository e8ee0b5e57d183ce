import { testSameSeed } from '../swarm/test-seeds.ts';
import { geoStore } from './geo-store.ts';

testSameSeed(geoStore, [3, 7, 11, 32, 133]);
