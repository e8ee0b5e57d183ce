import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ringShares } from './ring-shares.ts';

function shares(...nodes: readonly (readonly number[])[]): number[] {
  const named = nodes.map((virtualIds, index) => {
    return { id: String(index), at: { host: '127.0.0.1', port: 1 + index }, virtualIds };
  });
  return [...ringShares({ epoch: 1, nodes: named }).values()];
}

test('a node owns what lies between the place before its own and its own, around the end as well', () => {
  assert.deepEqual(shares([2 ** 30], [2 ** 31]), [0.75, 0.25]);
  assert.deepEqual(shares([0, 2 ** 31], [2 ** 30]), [0.75, 0.25]);
});

test('a node alone owns everything, wherever it is', () => {
  assert.deepEqual([shares([0]), shares([17]), shares([2 ** 32 - 1, 3])], [[1], [1], [1]]);
});
