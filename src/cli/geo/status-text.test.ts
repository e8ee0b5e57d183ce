import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { MemberReport } from '../../geo/server/remote/server-report.ts';
import type { GeoStatus, ServerStatus } from './geo-status.ts';
import { statusText } from './status-text.ts';

const self: MemberReport = {
  id: 'aaaaaaaaaaaaaaaa',
  incarnation: 3,
  at: '127.0.0.1:7000',
  state: 'self',
  lagMs: 0,
  dirtyKeys: 0,
  skewMs: undefined,
  equalAtMs: 0,
  holdsTombstones: false,
};
const away: MemberReport = {
  ...self,
  id: 'bbbbbbbbbbbbbbbb',
  at: '127.0.0.1:7100',
  state: 'away',
  lagMs: 300_000,
  dirtyKeys: 1_234,
  skewMs: -12.4,
  equalAtMs: 700_000,
  holdsTombstones: true,
};

const server: ServerStatus = {
  id: self.id,
  clusterId: 'cccccccccccccccc',
  incarnation: 3,
  at: self.at,
  description: '',
  startedAtMs: 0,
  nowMs: 1_000_000,
  durability: 'fsync',
  data: '/data',
  ports: [
    {
      port: 7001,
      origin: 'aaaaaaaaaaaaaaaa.3.1',
      keys: 20_000,
      tombstones: 7,
      bytes: 3_145_728,
      clients: 2,
      writes: 9,
    },
  ],
  members: [self, away],
  links: [],
  repairs: { sessions: 1, equal: 40, divergencesFound: 0, divergencesRepaired: 0 },
  journal: {
    lastSequence: 9,
    durableSequence: 9,
    pendingBytes: 0,
    writtenBytes: 900,
    commits: 8,
    commitMs: 0.6,
    commitMsMax: 12,
    commitDurations: { counts: [0, 0, 0, 1, 0, 0, 0, 2], sumMs: 40 },
    segments: 1,
    bytesSinceSnapshot: 900,
  },
  journalFault: null,
  tombstones: 7,
  tombstonesHeldBy: [away.id],
  keysThere: 0,
  keysHere: 20_000,
};
const ready: GeoStatus = {
  atollVersion: '0.1.0',
  processId: 1,
  state: 'ready',
  reason: null,
  server,
};

test('a status says who is away, what that costs, and who holds tombstones', () => {
  assert.equal(
    statusText(ready),
    `Atoll 0.1.0 at 127.0.0.1:7000 is ready, up for 17 min
Server aaaaaaaaaaaaaaaa in its life 3, cluster cccccccccccccccc
Durability fsync in /data: 8 commits, the last in 0.6 ms, the longest in 12.0 ms, 0 bytes wait, 900 bytes since the snapshot

server    address         life  state  lag    dirty  skew    round trip  equal      tombstones
aaaaaaaa  127.0.0.1:7000  3     self   -      -      -       -           -          -
bbbbbbbb  127.0.0.1:7100  3     away   5 min  1,234  -12 ms  -           5 min ago  held back

port  keys    tombstones  memory   clients  writes
7001  20,000  7           3.0 MiB  2        9

7 tombstones wait for bbbbbbbb at 127.0.0.1:7100 (away)
40 comparisons begun here found no difference, 1 searches for one; divergences: 0 found, 0 repaired
`,
  );
});

test('a journal that failed is not to be overlooked', () => {
  const failed = statusText({
    ...ready,
    state: 'failed',
    reason: 'no write is taken any more: full',
    server: { ...server, journalFault: 'no space is left\u001b[2J' },
  });
  assert.match(failed, /is failed: no write is taken any more: full/);
  assert.match(failed, /Durability fsync: FAILED, no space is left\\u\{1b\}\[2J/);
});

test('a server that still loads says so', () => {
  const status: GeoStatus = {
    atollVersion: '0.1.0',
    processId: 1,
    state: 'loading',
    reason: 'reading the disk: 1 of 2 bytes',
    server: null,
  };
  assert.equal(statusText(status), 'Atoll 0.1.0 is loading: reading the disk: 1 of 2 bytes\n');
});
