import assert from 'node:assert/strict';
import { test } from 'node:test';

import { FlakyStore } from '../../../test/support/flaky-store.ts';
import { MemoryGeoSpace } from '../../geo/client/memory-geo-store.ts';
import type { GeoStore } from '../../geo/client/geo-store.ts';
import { Simulation } from '../../sim/simulation.ts';
import { Mirror } from './mirror.ts';

interface Bench {
  readonly simulation: Simulation;
  readonly direct: GeoStore;
  readonly store: FlakyStore;
  readonly mirror: Mirror;
  readonly seen: string[];
}

function bench(): Bench {
  const simulation = new Simulation({ seed: 1 });
  const { outside } = simulation.node('heather');
  const space = new MemoryGeoSpace(outside);
  const store = new FlakyStore(space.open());
  const seen: string[] = [];
  const mirror = new Mirror({
    store,
    timers: outside.timers,
    prefix: 'a/',
    onPair: (key, value, arrival) => seen.push(`${arrival} ${key}=${value}`),
    onGone: (key) => seen.push(`gone ${key}`),
    onRelisted: (keys) => seen.push(`relisted ${[...keys].join(' ')}`),
  });
  return { simulation, direct: space.open(), store, mirror, seen };
}

test('what is there is found, what changes is news, what ends is gone', async () => {
  const { simulation, direct, mirror, seen } = bench();
  await direct.put('a/1', 'one');
  await direct.put('b/1', 'other');
  await simulation.settle(mirror.start());
  await direct.put('a/2', 'two');
  await direct.delete('a/1');
  await simulation.advance(10);
  assert.deepEqual(seen, ['found a/1=one', 'news a/2=two', 'gone a/1']);
});

test('what changed while the watch was lost is found by looking again', async () => {
  const { simulation, direct, store, mirror, seen } = bench();
  await simulation.settle(mirror.start());
  store.lose();
  await direct.put('a/1', 'missed');
  await simulation.advance(10);
  assert.deepEqual(seen, []);
  store.comeBack();
  await simulation.advance(10);
  assert.deepEqual(seen, ['missed a/1=missed', 'relisted a/1']);
});

test('looking again is tried until it works', async () => {
  const { simulation, direct, store, mirror, seen } = bench();
  await simulation.settle(mirror.start());
  await direct.put('a/1', 'one');
  store.lose();
  store.comeBack();
  // Gone again before the list could be read.
  store.lose();
  await simulation.advance(1_000);
  store.comeBack();
  await simulation.advance(10_000);
  assert.equal(seen.at(-1), 'relisted a/1');
});

test('a mirror without which the game goes on opens when it can', async () => {
  const { simulation, direct, store, mirror, seen } = bench();
  await direct.put('a/1', 'one');
  store.lose();
  mirror.startWhenPossible();
  await simulation.advance(12_000);
  assert.deepEqual(seen, []);
  store.comeBack();
  await simulation.advance(6_000);
  assert.deepEqual(seen, ['found a/1=one']);
});

test('a closed mirror says nothing more', async () => {
  const { simulation, direct, mirror, seen } = bench();
  await simulation.settle(mirror.start());
  await mirror.close();
  await direct.put('a/1', 'one');
  await simulation.advance(10);
  assert.deepEqual(seen, []);
});
