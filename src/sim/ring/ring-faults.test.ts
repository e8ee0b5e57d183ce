import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SimRandom } from '../sim-random.ts';
import { drawRingFaults, planRingFaults } from './ring-faults.ts';
import { drawTemper } from './temper.ts';

const seeds = Array.from({ length: 300 }, (_, index) => index + 1);

test('a plan is in the order of time, and hurts only who is there', () => {
  const servers = ['s1', 's2'];
  const clients = ['c1', 'c2', 'c3'];
  for (const seed of seeds) {
    const random = new SimRandom(seed);
    const faults = drawRingFaults(random, { durability: 'fsync', servers: 2 });
    const plan = planRingFaults({
      random,
      faults,
      stormMs: 5_000,
      leaseMs: 1_000,
      durability: 'fsync',
      servers,
      clients,
    });
    const times = plan.map(({ atMs }) => atMs);
    assert.deepEqual(
      times,
      times.toSorted((a, b) => a - b),
    );
    for (const fault of plan) {
      if ('server' in fault) assert.ok([...servers, ...clients].includes(fault.server));
    }
  }
});

test('a ring of one server that keeps nothing is never ended: nobody would tell it that it was there before', () => {
  for (const seed of seeds) {
    const faults = drawRingFaults(new SimRandom(seed), { durability: 'memory', servers: 1 });
    assert.equal(faults['process crash'], undefined);
    assert.equal(faults['power cut'], undefined);
  }
});

test('of servers that keep nothing one is ended at most: the others remember that it was there', () => {
  for (const seed of seeds) {
    const plan = planRingFaults({
      random: new SimRandom(seed),
      faults: { 'process crash': 3, 'power cut': 3, 'client crash': 3 },
      stormMs: 5_000,
      leaseMs: 1_000,
      durability: 'memory',
      servers: ['s1', 's2', 's3'],
      clients: ['c1'],
    });
    const ended = plan.flatMap((fault) => (fault.kind === 'crash' ? [fault.server] : []));
    assert.equal(new Set(ended.filter((name) => name !== 'c1')).size, 1);
  }
});

test('clocks of servers and clients run no further apart than lease and guard allow for', () => {
  for (const seed of seeds) {
    const { serverDrift, clientDrift, terms } = drawTemper(new SimRandom(seed));
    const apart = (1 + serverDrift) / (1 + clientDrift);
    assert.ok(apart < (terms.leaseMs + terms.guardMs) / terms.leaseMs, `${apart}`);
  }
});
