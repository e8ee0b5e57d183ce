import assert from 'node:assert/strict';
import { test } from 'node:test';

import { nodeReport } from '../../../test/support/ring-node-report.ts';
import { ringStatusText } from './ring-status-text.ts';
import type { RingServerStatus, RingStatus } from './ring-status.ts';

const { storage, journal, clients } = nodeReport;
const server: RingServerStatus = {
  coordinator: '127.0.0.1:7300',
  startedAtMs: 0,
  nowMs: 90_000,
  durability: 'fsync',
  data: '/data',
  journalFault: null,
  leaseMs: 10_000,
  leaseGuardMs: 2_000,
  epoch: 2,
  nodes: [
    {
      id: storage.nodeId,
      at: '127.0.0.1:7400',
      share: 0.25,
      virtualIds: [7],
      here: { ...storage, clients, journal },
    },
    { id: 'b'.repeat(16), at: '127.0.0.1:7300', share: 0.75, virtualIds: [9], here: null },
  ],
};
const status: RingStatus = {
  atollVersion: '1.2.3',
  processId: 1,
  state: 'ready',
  reason: null,
  server,
};

test('the status shows all nodes of the ring, with figures for those of the server', () => {
  assert.deepEqual(ringStatusText(status).split('\n'), [
    'Atoll 1.2.3 is ready, up for 90 s',
    'Ring: epoch 2, 2 nodes; this server: 1 node, registers with 127.0.0.1:7300',
    'Leases last 10 s, and 2 s longer for the owner',
    'Durability fsync in /data: 7 commits, the last in 1.0 ms, the longest in 2.5 ms, 0 bytes wait, 2.0 KiB since the snapshot',
    '',
    'node              address         share   keys   lists  memory   clients  leases  holders  waiting  journal',
    'aaaaaaaaaaaaaaaa  127.0.0.1:7400  25.0 %  1,200  30     4.0 KiB  5        12      3        1        2.0 KiB, 0 bytes wait',
    'bbbbbbbbbbbbbbbb  127.0.0.1:7300  75.0 %  -      -      -        -        -       -        -        -',
    '',
    'Revocations: 6 sent, 4 answered, 2 run out; writes wait 2 s yet for leases of an earlier life',
    '',
  ]);
});

test('a server that loads or waits says for what', () => {
  const loading = {
    ...status,
    state: 'loading',
    reason: 'reading the disk',
    server: null,
  } as const;
  assert.equal(ringStatusText(loading), 'Atoll 1.2.3 is loading: reading the disk\n');
  const reason = 'the ring is not complete: 1 of 3 servers have registered';
  const waiting = { ...status, state: 'waiting', reason, server: { ...server, epoch: 0 } } as const;
  const text = ringStatusText(waiting);
  assert.match(text, /is waiting: the ring is not complete: 1 of 3 servers/);
  assert.match(text, /Ring: not complete; /);
});

test('a disk that failed is told before everything that it counts', () => {
  const failed = { ...status, server: { ...server, journalFault: 'no space' } };
  assert.match(ringStatusText(failed), /Durability fsync: FAILED, no space/);
});
