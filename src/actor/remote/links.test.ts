import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  bootLinkNode,
  type LinkNode,
  type LinkNodeOptions,
} from '../../../test/support/link-node.ts';
import { Simulation } from '../../sim/simulation.ts';

interface Pair {
  readonly simulation: Simulation;
  readonly s1: LinkNode;
  readonly s2: LinkNode;
}

const seeds = [1, 2, 3, 4, 5, 6, 7, 8];

/** Two linked nodes, of which s1 was given s2. */
async function pair(seed: number, options: LinkNodeOptions = {}): Promise<Pair> {
  const simulation = new Simulation({ seed });
  const s2 = bootLinkNode(simulation, 's2', options);
  const s1 = bootLinkNode(simulation, 's1', { ...options, members: ['s2'] });
  await simulation.reach('links both ways', () => s1.ups.length > 0 && s2.ups.length > 0);
  return { simulation, s1, s2 };
}

function numbers(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

describe('without faults', () => {
  test('every message comes once and in order', async () => {
    for (const seed of seeds) {
      const { simulation, s1, s2 } = await pair(seed);
      let batches = 0;
      while (s1.told < 5_000) {
        s1.tell(s2.address, 1 + Math.floor(simulation.random.fraction() * 100));
        batches += 1;
        if (batches % 7 === 0) await simulation.advance(simulation.random.fraction() * 3);
      }
      await simulation.reach('all messages', () => s2.receivedCount === s1.told);
      assert.deepEqual(s2.from(s1.address), numbers(1, s1.told));
      assert.equal(s2.gaps, 0);
      assert.equal(s1.droppedCount, 0);
    }
  });
});
