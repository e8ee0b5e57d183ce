import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  checkNodes,
  checkRingOptions,
  dealVirtualIds,
  type RingProcessOptions,
} from './ring-process-options.ts';

const options: RingProcessOptions = {
  host: '127.0.0.1',
  port: 7_400,
  actors: undefined,
  adminPort: 7_800,
  coordinator: undefined,
  servers: undefined,
  virtualIds: undefined,
  data: undefined,
  durability: undefined,
  terms: { leaseMs: 10_000, guardMs: 2_000 },
  onCorrupt: 'refuse',
  saysPlainly: false,
};

test('virtual ids are dealt out in turn', () => {
  assert.deepEqual(dealVirtualIds([5, 1, 9, 3], 3), [[5, 3], [1], [9]]);
});

test('options that do not go together are refused in words', () => {
  const cases: readonly [Partial<RingProcessOptions>, RegExp][] = [
    [{ host: '0.0.0.0' }, /asks nobody for a password/],
    [{ coordinator: '127.0.0.1:7400' }, /names this server itself/],
    [{ coordinator: 'nowhere' }, /host:port/],
    [{ coordinator: '127.0.0.1:7300', servers: 2 }, /--servers is for the coordinator/],
    [{ durability: 'fsync' }, /needs a place for the data/],
    [{ data: 'd', durability: 'memory' }, /keeps nothing in --data/],
    [{ data: '' }, /--data is empty/],
  ];
  for (const [different, expected] of cases) {
    assert.throws(() => checkRingOptions({ ...options, ...different }), {
      code: 'USAGE',
      message: expected,
    });
  }
  checkRingOptions({
    ...options,
    coordinator: '127.0.0.1:7300',
    data: 'd',
    durability: 'interval',
  });
});

test('each node needs a port of its own and a virtual id', () => {
  const tooHigh = { ...options, port: 65_535 };
  assert.throws(() => checkNodes(tooHigh, 2), { message: /no room above it for a port of each/ });
  const taken = { ...options, adminPort: 7_401 };
  assert.throws(() => checkNodes(taken, 2), { message: /ports end at 7401/ });
  checkNodes(taken, 1);
  const few = { ...options, virtualIds: [4] };
  assert.throws(() => checkNodes(few, 2), { message: /has 1 for 2 nodes/ });
});
