import assert from 'node:assert/strict';
import { test } from 'node:test';

import { FlakyStore } from '../../../test/support/flaky-store.ts';
import { MemoryGeoSpace } from '../../geo/client/memory-geo-store.ts';
import { Simulation } from '../../sim/simulation.ts';
import { Outbox } from './outbox.ts';

interface Bench {
  readonly simulation: Simulation;
  readonly store: FlakyStore;
  readonly outbox: Outbox;
  readonly told: string[];
}

function bench(): Bench {
  const simulation = new Simulation({ seed: 1 });
  const { outside } = simulation.node('heather');
  const store = new FlakyStore(new MemoryGeoSpace(outside).open());
  const told: string[] = [];
  const outbox = new Outbox({
    store,
    timers: outside.timers,
    onLost: () => told.push('lost'),
    onBack: () => told.push('back'),
  });
  return { simulation, store, outbox, told };
}

test('a put is tried until the store has it, and both ends of the trouble are told once', async () => {
  const { simulation, store, outbox, told } = bench();
  store.lose();
  let isKept = false;
  void outbox.put({ key: 'a', value: '1' }).then(() => (isKept = true));
  await simulation.advance(30_000);
  assert.equal(isKept, false);
  assert.deepEqual(told, ['lost']);
  store.comeBack();
  await simulation.advance(6_000);
  assert.equal(isKept, true);
  assert.deepEqual(told, ['lost', 'back']);
  assert.equal(await store.get('a'), '1');
});

test('of a key only the newest value is put, and whoever waited for an older one is told too', async () => {
  const { simulation, store, outbox } = bench();
  store.lose();
  const kept: number[] = [];
  for (const total of [1, 2, 3]) {
    void outbox.put({ key: 'a', value: String(total) }).then(() => kept.push(total));
  }
  await simulation.advance(1_000);
  store.comeBack();
  await simulation.advance(6_000);
  assert.deepEqual(new Set(kept), new Set([1, 2, 3]));
  assert.equal(await store.get('a'), '3');
});

test('puts wait longer and longer, but not too long', async () => {
  const { simulation, store, outbox } = bench();
  store.lose();
  void outbox.put({ key: 'a', value: '1' });
  await simulation.advance(60_000);
  assert.ok(
    store.putKeys.length > 12 && store.putKeys.length < 25,
    `${store.putKeys.length} tries`,
  );
});

test('what is put for good can be put again, what ends by itself cannot', async () => {
  const { simulation, store, outbox } = bench();
  void outbox.put({ key: 'total', value: '1' });
  void outbox.put({ key: 'presence', value: '1', ttlMs: 1_000 });
  await simulation.advance(100);
  assert.deepEqual([...outbox.keptKeys], ['total']);
  assert.equal(outbox.differs('total', '0'), true);
  assert.equal(outbox.differs('total', '1'), false);
  assert.equal(outbox.differs('presence', '0'), false);
  await store.delete('total');
  outbox.putAgain('total');
  await simulation.advance(100);
  assert.equal(await store.get('total'), '1');
});

test('draining ends when all is kept, or when its time is over', async () => {
  const { simulation, store, outbox } = bench();
  assert.equal(await outbox.drain(1_000), true);
  void outbox.put({ key: 'a', value: '1' });
  assert.equal(await simulation.settle(outbox.drain(1_000)), true);
  store.lose();
  void outbox.put({ key: 'a', value: '2' });
  assert.equal(await simulation.settle(outbox.drain(1_000)), false);
});
