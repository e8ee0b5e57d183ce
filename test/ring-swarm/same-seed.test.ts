import { testSameSeed } from '../swarm/test-seeds.ts';
import { ringStore } from './ring-store.ts';

testSameSeed(ringStore, [3, 7, 11, 32, 133]);
