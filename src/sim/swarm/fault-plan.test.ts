import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SimRandom } from '../sim-random.ts';
import { planFaults } from './fault-plan.ts';
import { faultKinds, type FaultKind } from './fault-kinds.ts';

const servers = ['s1', 's2', 's3'];
const others = ['c1', 'c2'];

function plan(seed: number, faults: Partial<Record<FaultKind, number>>) {
  return planFaults({ random: new SimRandom(seed), faults, stormMs: 5_000, servers, others });
}

test('a plan has what was drawn, within the storm, in the order of time', () => {
  for (let seed = 1; seed <= 50; seed += 1) {
    for (const kind of faultKinds) {
      const times = plan(seed, { [kind]: 4 }).map(({ atMs }) => atMs);
      assert.equal(times.length, 4);
      assert.deepEqual(
        times,
        times.toSorted((a, b) => a - b),
      );
      assert.ok(times.every((atMs) => atMs >= 0 && atMs < 5_000));
    }
  }
});

test('a link goes from a server to somebody else', () => {
  for (let seed = 1; seed <= 100; seed += 1) {
    for (const fault of plan(seed, { cut: 1, reset: 1, 'bad link': 1 })) {
      const ends = 'from' in fault ? [fault.from, fault.to] : [];
      if ('one' in fault) ends.push(fault.one, fault.other);
      assert.equal(new Set(ends).size, 2, ends.join());
      assert.ok(ends.some((end) => servers.includes(end)));
    }
  }
});

test('a kind of fault more changes nothing about the others', () => {
  const [alone] = plan(9, { pause: 1 });
  const both = plan(9, { drift: 2, pause: 1 });
  assert.ok(both.some((fault) => JSON.stringify(fault) === JSON.stringify(alone)));
});
