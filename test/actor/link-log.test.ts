import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Simulation } from '../../src/sim/simulation.ts';
import * as kinds from './kinds.ts';
import { startSimSystem } from './sim-system.ts';

test('what becomes of the link to a server is logged once for each change, with its address', async () => {
  const simulation = new Simulation({ seed: 1 });
  const options = { port: 7_000, secret: 'a secret that both know' };
  const logged: string[] = [];
  const takeLog = (): string[] => {
    const lines = simulation.log
      .slice(logged.length)
      .filter(({ who }) => who.startsWith('near'))
      .map(({ event, fields }) => `${event} ${String(fields['peer'])}`);
    logged.length = simulation.log.length;
    return lines;
  };
  simulation.node('far');
  const members = ['far:7000'];
  const near = await startSimSystem(simulation, 'near', kinds, { ...options, members });
  await simulation.advance(60_000);
  assert.deepEqual(takeLog(), ['peer not linked far:7000']);
  await startSimSystem(simulation, 'far', kinds, options);
  await simulation.advance(60_000);
  assert.deepEqual(takeLog(), ['peer link up far:7000']);
  simulation.node('far').crash();
  await simulation.advance(60_000);
  assert.deepEqual(takeLog(), ['peer link lost far:7000', 'peer not linked far:7000']);
  assert.equal((await simulation.settle(near.counters())).errors, 0, 'it is no error of an actor');
});
