import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Simulation } from '../sim/simulation.ts';
import { DeadlineWheel, type Deadlined } from './deadline-wheel.ts';

class Item implements Deadlined {
  wheelSlot = -1;
  readonly dueMs: number[] = [];

  onDue(nowMs: number): void {
    this.dueMs.push(nowMs);
  }
}

function createWheel(): { simulation: Simulation; wheel: DeadlineWheel; nowMs: () => number } {
  const simulation = new Simulation({ seed: 1 });
  const { clock, timers } = simulation.node('server').outside;
  const wheel = new DeadlineWheel(clock, timers, () => {});
  return { simulation, wheel, nowMs: () => clock.monotonicMs() };
}

test('an item is due at its time or up to two seconds later, and once', async () => {
  const { simulation, wheel, nowMs } = createWheel();
  const startMs = nowMs();
  const delays = [0, 10, 999, 1_000, 1_500, 10_000, 300_000, 500_000];
  const items = delays.map((delayMs) => {
    const item = new Item();
    wheel.set(item, startMs + delayMs);
    return { item, delayMs };
  });
  await simulation.advance(600_000);
  for (const { item, delayMs } of items) {
    assert.equal(item.dueMs.length, 1, `after ${delayMs} ms`);
    const lateMs = (item.dueMs[0] ?? 0) - startMs - delayMs;
    assert.ok(lateMs >= 0 && lateMs <= 2_000, `after ${delayMs} ms: ${lateMs} ms late`);
  }
});

test('an item beyond the wheel is looked at early, and one that was deleted never', async () => {
  const { simulation, wheel, nowMs } = createWheel();
  const far = new Item();
  const deleted = new Item();
  wheel.set(far, nowMs() + 10_000_000);
  wheel.set(deleted, nowMs() + 5_000);
  wheel.delete(deleted);
  await simulation.advance(600_000);
  assert.equal(far.dueMs.length, 1);
  assert.equal(deleted.dueMs.length, 0);
});

test('an item that is set again is due at the later time only', async () => {
  const { simulation, wheel, nowMs } = createWheel();
  const item = new Item();
  const startMs = nowMs();
  wheel.set(item, startMs + 2_000);
  wheel.set(item, startMs + 20_000);
  await simulation.advance(60_000);
  assert.equal(item.dueMs.length, 1);
  assert.ok((item.dueMs[0] ?? 0) >= startMs + 20_000);
});

test('an empty wheel does not turn', async () => {
  const { simulation, wheel, nowMs } = createWheel();
  wheel.set(new Item(), nowMs() + 1_000);
  await simulation.runUntilIdle();
});

test('after a long pause everything that became due in it is due at once', async () => {
  const { simulation, wheel, nowMs } = createWheel();
  const items = [5_000, 100_000, 400_000].map((delayMs) => {
    const item = new Item();
    wheel.set(item, nowMs() + delayMs);
    return item;
  });
  simulation.node('server').pause(1_000_000);
  await simulation.advance(1_002_000);
  for (const item of items) assert.equal(item.dueMs.length, 1);
});
