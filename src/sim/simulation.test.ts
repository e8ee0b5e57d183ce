import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AssertionFailed } from '../core/assert.ts';
import type { Outside } from '../core/outside.ts';
import { Simulation, SimulationFailed } from './simulation.ts';

/** Counts on a timer for ever. */
function ticker(counts: number[], everyMs = 10): (outside: Outside) => void {
  return ({ timers, clock }) => {
    const tick = (): void => {
      counts.push(clock.monotonicMs());
      timers.setTimer(everyMs, tick);
    };
    tick();
  };
}

const names = ['s1', 's2', 's3'];

/** Three nodes that send each other what they received, after random waits. */
async function gossip(
  seed: number,
  untilMs: number,
  prepare: (simulation: Simulation) => void = () => {},
): Promise<Simulation> {
  const simulation = new Simulation({ seed });
  for (const name of names) {
    simulation.node(name).boot(async ({ network, random, timers }) => {
      await network.listen({ host: name, port: 7 }, {}, (connection) => ({
        onData(bytes, start, end) {
          const copy = bytes.slice(start, end);
          timers.setTimer(random.fraction() * 10, () => void connection.write(copy));
        },
        onClose: () => {},
      }));
      for (const other of names.filter((each) => each !== name)) {
        const connection = network.connect(
          { host: other, port: 7 },
          {},
          {
            onOpen: () => void connection.write(random.bytes(8)),
            onData: (bytes, start, end) => void connection.write(bytes.slice(start, end)),
            onClose: () => {},
          },
        );
      }
    });
  }
  prepare(simulation);
  await simulation.runUntil(untilMs);
  return simulation;
}

/** Some fault every 50 ms, and healing. */
function tease(simulation: Simulation): void {
  const { random } = simulation;
  for (let ms = 50; ms < 1_000; ms += 50) {
    const [one, other] = [random.pick(names), random.pick(names)];
    const node = simulation.node(one);
    const faults: (() => void)[] = [
      () => simulation.cut(one, other),
      () => simulation.cutOneWay(one, other),
      () => simulation.resetConnections(one, other),
      () => simulation.heal(),
      () => node.pause(random.between(1, 500)),
      () => node.clock.jumpWall(random.between(-3_600_000, 3_600_000)),
      () => node.crash({ hasPower: random.chance(0.5) }),
      () => simulation.setLink(one, other, { latencyMs: random.between(0, 100), jitterMs: 20 }),
    ];
    simulation.at(ms, random.pick(faults));
    simulation.at(ms + 200, () => {
      if (!node.isUp) node.restart();
    });
  }
}

describe('repeatability', () => {
  test('the same seed runs the same, event by event', async () => {
    const first = await gossip(42, 500);
    const second = await gossip(42, 500);
    assert.ok(first.eventCount > 1_000);
    assert.equal(second.eventCount, first.eventCount);
    assert.equal(second.traceHash, first.traceHash);
  });

  test('the same seed runs the same with faults of every kind', async () => {
    for (let seed = 1; seed <= 8; seed++) {
      const first = await gossip(seed, 1_500, tease);
      const second = await gossip(seed, 1_500, tease);
      assert.equal(second.traceHash, first.traceHash, `seed ${seed}`);
    }
  });

  test('another seed runs otherwise', async () => {
    const hashes = new Set<string>();
    for (let seed = 0; seed < 10; seed++) hashes.add((await gossip(seed, 50)).traceHash);
    assert.equal(hashes.size, 10);
  });

  test('running in steps is the same as running at once', async () => {
    const whole = await gossip(42, 100);
    const steps = await gossip(42, 30);
    await steps.runUntil(60);
    await steps.runUntil(100);
    assert.equal(steps.traceHash, whole.traceHash);
  });

  test('the trace has a line for each event', async () => {
    const lines: string[] = [];
    const simulation = new Simulation({ seed: 1, trace: (line) => lines.push(line) });
    simulation.node('s1').outside.timers.setTimer(5, () => {});
    await simulation.runUntilIdle();
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? '', /^ +5\.\d{3} s1 timer$/);
  });

  test('where no order is promised, every order happens', async () => {
    const orders = new Set<string>();
    for (let seed = 0; seed < 50; seed++) {
      const simulation = new Simulation({ seed });
      let order = '';
      for (const name of ['a', 'b', 'c']) simulation.at(1, () => (order += name));
      await simulation.runUntilIdle();
      orders.add(order);
    }
    assert.equal(orders.size, 6);
  });
});

describe('failures', () => {
  test('what a program throws ends the run and tells seed and time', async () => {
    const simulation = new Simulation({ seed: 77 });
    simulation.node('s1').outside.timers.setTimer(3, () => {
      throw new AssertionFailed('a broken invariant');
    });
    await assert.rejects(simulation.advance(10), (error) => {
      assert.ok(error instanceof SimulationFailed);
      assert.match(error.message, /^a broken invariant \(seed 77, 3\.\d+ ms, event 1\)$/);
      assert.ok(error.cause instanceof AssertionFailed);
      return true;
    });
  });

  test('a program that rejects ends the run', async () => {
    const simulation = new Simulation({ seed: 1 });
    simulation.node('s1').boot(async ({ network }) => {
      await network.listen({ host: 's2', port: 1 }, {}, () => assert.fail());
    });
    await assert.rejects(simulation.advance(10), /s1|s2:1/);
  });

  test('a simulation that never comes to rest fails instead of running for ever', async () => {
    const simulation = new Simulation({ seed: 1, eventsMax: 1_000 });
    simulation.node('s1').boot(ticker([]));
    await assert.rejects(simulation.runUntilIdle(), /does not come to rest/);
  });

  test('what is not reached in time fails and says what it was', async () => {
    const simulation = new Simulation({ seed: 1 });
    await assert.rejects(
      simulation.reach('the end of days', () => false, 100),
      /the end of days/,
    );
    assert.equal(simulation.nowMs, 100);
    await assert.rejects(simulation.settle(new Promise(() => {}), 100), SimulationFailed);
  });
});

describe('nodes', () => {
  test('a crashed node never runs again', async () => {
    const simulation = new Simulation({ seed: 3 });
    const counts: number[] = [];
    const node = simulation.node('s1');
    node.boot(ticker(counts));
    const { timers, network } = node.outside;
    await simulation.advance(100);
    let lateCalls = 0;
    const late = (): void => void lateCalls++;
    timers.nextTurn(late);
    timers.microtask(late);
    node.crash();
    timers.setTimer(1, late);
    timers.nextTurn(late);
    timers.microtask(late);
    network.connect({ host: 's1', port: 1 }, {}, { onData: late, onClose: late });
    const before = counts.length;
    await simulation.advance(60_000);
    assert.equal(counts.length, before);
    assert.equal(lateCalls, 0);
  });

  test('a restarted node runs its program again with another outside', async () => {
    const simulation = new Simulation({ seed: 3 });
    const outsides: Outside[] = [];
    const node = simulation.node('s1');
    node.boot((outside) => void outsides.push(outside));
    await simulation.advance(10);
    node.crash();
    assert.equal(node.isUp, false);
    await simulation.advance(10);
    node.restart();
    await simulation.advance(10);
    assert.equal(outsides.length, 2);
    const [first, second] = outsides;
    assert.notEqual(first?.network, second?.network);
    assert.notDeepEqual(first?.random.bytes(8), second?.random.bytes(8));
  });

  test('a crash ends the threads of the node too', async () => {
    const simulation = new Simulation({ seed: 3 });
    const counts: number[] = [];
    const entry = new URL('entry:ticker');
    simulation.defineThreadEntry(entry, (_start, outside) => ticker(counts)(outside));
    const node = simulation.node('s1');
    node.boot(async (_outside, threads) => void (await threads.start(2, entry, undefined)));
    await simulation.advance(100);
    assert.ok(counts.length > 10);
    node.crash();
    const before = counts.length;
    await simulation.advance(1_000);
    assert.equal(counts.length, before);
  });

  test('a paused node does nothing and then, in order, all that was due', async () => {
    const simulation = new Simulation({ seed: 3 });
    const order: string[] = [];
    const node = simulation.node('s1');
    const { timers } = node.outside;
    timers.setTimer(10, () => order.push('early'));
    timers.setTimer(20, () => order.push('late'));
    const cancelled = timers.setTimer(15, () => order.push('cancelled'));
    timers.setTimer(12, () => cancelled.cancel());
    node.pause(1_000);
    await simulation.advance(999);
    assert.deepEqual(order, []);
    await simulation.advance(2);
    assert.deepEqual(order, ['early', 'late']);
  });

  test('a longer pause is not ended by a shorter one that began before', async () => {
    const simulation = new Simulation({ seed: 3 });
    const node = simulation.node('s1');
    let calls = 0;
    node.outside.timers.setTimer(1, () => calls++);
    node.pause(10);
    node.pause(100);
    await simulation.advance(50);
    assert.equal(calls, 0);
    await simulation.advance(60);
    assert.equal(calls, 1);
  });

  test('the wall clock jumps both ways, and monotonic time does not notice', async () => {
    const simulation = new Simulation({ seed: 3 });
    const { clock, outside } = simulation.node('s1');
    const wallMs = outside.clock.wallMs();
    const monotonicMs = outside.clock.monotonicMs();
    clock.jumpWall(-3_600_000);
    assert.equal(outside.clock.wallMs(), wallMs - 3_600_000);
    clock.jumpWall(7_200_000);
    assert.equal(outside.clock.wallMs(), wallMs + 3_600_000);
    assert.equal(outside.clock.monotonicMs(), monotonicMs);
    await simulation.advance(10);
  });

  test('a clock that drifts runs its timers at its own rate and never goes back', async () => {
    const simulation = new Simulation({ seed: 3 });
    const fast: number[] = [];
    const node = simulation.node('s1');
    node.clock.setDrift(0.5);
    node.boot(ticker(fast, 100));
    await simulation.advance(1_000);
    node.clock.setDrift(-0.5);
    await simulation.advance(1_000);
    // 1,500 ms of its own time at first, then 500; each wait is up to 1 ms late.
    assert.ok(fast.length >= 19 && fast.length <= 20, String(fast.length));
    assert.deepEqual(
      fast,
      fast.toSorted((a, b) => a - b),
    );
  });

  test('logs are collected with time and node', async () => {
    const simulation = new Simulation({ seed: 3 });
    const { outside } = simulation.node('s1');
    outside.timers.setTimer(5, () => outside.log.warn('peer link lost', { peer: 's2' }));
    await simulation.advance(10);
    const [entry] = simulation.log;
    assert.ok(entry !== undefined && entry.atMs > 5);
    const { atMs: _, ...rest } = entry;
    assert.deepEqual(rest, {
      who: 's1',
      level: 'warn',
      event: 'peer link lost',
      fields: { peer: 's2' },
    });
  });
});

test('a chain of promises is followed before the next event', async () => {
  const simulation = new Simulation({ seed: 1 });
  const { timers } = simulation.node('s1').outside;
  const order: string[] = [];
  const link = async (depth: number): Promise<void> => {
    if (depth > 0) await link(depth - 1);
  };
  timers.setTimer(1, () => void link(5).then(() => order.push('promise')));
  timers.setTimer(1, () => void link(5).then(() => order.push('promise')));
  simulation.at(2.5, () => order.push('event'));
  await simulation.runUntilIdle();
  assert.deepEqual(order, ['promise', 'promise', 'event']);
});
