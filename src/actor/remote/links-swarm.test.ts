import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bootLinkNode, type LinkNode } from '../../../test/support/link-node.ts';
import type { SimRandom } from '../../sim/sim-random.ts';
import { Simulation } from '../../sim/simulation.ts';

const names = ['s1', 's2', 's3'];
const seedCount = 60;

interface World {
  readonly simulation: Simulation;
  readonly nodes: readonly LinkNode[];
  /** Which faults this seed knows, so that some worlds are rough in one way only. */
  readonly faults: readonly ((world: World, one: string, other: string) => void)[];
}

function pick<T>(random: SimRandom, values: readonly T[]): T {
  const value = values[Math.floor(random.fraction() * values.length)];
  assert.ok(value !== undefined);
  return value;
}

const allFaults: World['faults'] = [
  ({ simulation }, one, other) => simulation.resetConnections(one, other),
  ({ simulation }, one, other) => simulation.cut(one, other),
  ({ simulation }, one, other) => simulation.cutOneWay(one, other),
  ({ simulation }, one, other) => simulation.heal(one, other),
  ({ simulation }) => simulation.heal(),
  ({ simulation }, one) => simulation.isolate(one),
  ({ simulation }, one, other) => {
    const bytesPerSecond = pick(simulation.random, [20_000, 1_000_000, Infinity]);
    const latencyMs = pick(simulation.random, [0.5, 5, 400]);
    simulation.setOneWay(one, other, { bytesPerSecond, latencyMs });
  },
  ({ simulation }, one) => {
    if (simulation.node(one).isUp) simulation.node(one).pause(simulation.random.between(10, 9_000));
  },
  ({ simulation }, one) => {
    const node = simulation.node(one);
    if (node.isUp) node.crash({ hasPower: simulation.random.chance(0.5) });
    else node.restart();
  },
];

function tellSome({ simulation, nodes }: World): void {
  const { random } = simulation;
  const from = pick(random, names);
  const node = nodes[names.indexOf(from)];
  if (node?.links === undefined || !simulation.node(from).isUp) return;
  const to = pick(random, nodes);
  if (to === node || to.links === undefined) return;
  const batches = pick(random, [1, 1, 5, 50]);
  // Also to lives that are over: their addresses are still known to somebody.
  for (let batch = 0; batch < batches; batch += 1) {
    node.tell(to.address, 1 + Math.floor(random.fraction() * 1_000));
  }
}

async function runSeed(seed: number): Promise<World> {
  const simulation = new Simulation({ seed });
  const { random } = simulation;
  const nodes = names.map((name) =>
    bootLinkNode(simulation, name, {
      members: names.filter((other) => other !== name),
      limits: { outboxBytesMax: 600_000 },
    }),
  );
  const faults = allFaults.filter(() => random.chance(0.6));
  const world = { simulation, nodes, faults };
  const faultChance = pick(random, [0.02, 0.1, 0.4]);
  for (let step = 0; step < 300; step += 1) {
    tellSome(world);
    if (faults.length > 0 && random.chance(faultChance)) {
      const one = pick(random, names);
      const other = pick(
        random,
        names.filter((name) => name !== one),
      );
      pick(random, faults)(world, one, other);
    }
    await simulation.advance(pick(random, [0, 0.1, 10, 1_000]) * random.fraction());
  }
  return world;
}

/** The faults are over for good: everybody runs, everything passes. */
async function calm({ simulation, nodes }: World): Promise<void> {
  simulation.heal();
  for (const [index, one] of names.entries()) {
    if (!simulation.node(one).isUp) simulation.node(one).restart();
    for (const other of names.slice(index + 1)) {
      simulation.setLink(one, other, { bytesPerSecond: Infinity, latencyMs: 0.5 });
    }
  }
  await simulation.advance(60_000);
  for (const from of nodes) for (const to of nodes) if (from !== to) from.tell(to.address, 7);
  await simulation.advance(3_000);
}

function check({ nodes }: World): void {
  for (const to of nodes) {
    for (const sequence of to.received.values()) {
      const disorder = sequence.findIndex((number, at) => number <= (sequence[at - 1] ?? 0));
      assert.equal(disorder, -1, 'in order, and none twice');
    }
    assert.equal(to.mustGetLinks().counters.framesInvalid, 0);
    for (const from of nodes) {
      if (from === to) continue;
      const pair = `${from.address} ${to.address}`;
      const told = from.toldTo.get(pair) ?? 0;
      const missing = to.missingFrom.get(pair) ?? 0;
      const received = to.receivedBy.get(pair) ?? 0;
      assert.ok(told >= 7);
      assert.equal(
        from
          .mustGetLinks()
          .members()
          .filter(({ state }) => state === 'up').length,
        2,
      );
      assert.equal(received + missing, told, 'what did not come is known to be missing');
    }
  }
}

test('whatever links suffer: in order, at most once, every loss counted, and all well in the end', async () => {
  const seen = { gaps: 0, reconnects: 0, full: 0, otherLife: 0, restarts: 0 };
  for (let seed = 1; seed <= seedCount; seed += 1) {
    const world = await runSeed(seed);
    await calm(world);
    try {
      check(world);
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error });
    }
    for (const node of world.nodes) {
      if (node.gaps > 0) seen.gaps += 1;
      if (node.downs.length > 0) seen.reconnects += 1;
      if (node.dropped.has('outbox full')) seen.full += 1;
      if (node.dropped.has('other life')) seen.otherLife += 1;
      if (new Set(node.lives).size > 1) seen.restarts += 1;
    }
  }
  // What the seeds must have met, or they show nothing.
  for (const [what, count] of Object.entries(seen)) assert.ok(count > 0, `no seed met ${what}`);
});
