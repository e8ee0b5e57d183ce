import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCounters } from '../actor/counters.ts';
import type { HomeReport } from '../geo/server/home/started-server.ts';
import type { PortReport } from '../geo/server/query/port-report.ts';
import { geoMetrics, startMetrics } from './geo-metrics.ts';
import { processMetrics } from './server-metrics.ts';
import { documentedMetrics } from '../../test/support/documented-metrics.ts';
import { prometheusText } from './prometheus-text.ts';

const report: PortReport = {
  kind: 'port',
  port: 7001,
  clients: 3,
  queryBufferBytes: 0,
  counters: {
    connectionsAccepted: 5,
    connectionsRefused: 0,
    commands: 9,
    protocolErrors: 0,
    foreignProtocols: 0,
    timeouts: 0,
    outputOverflows: 0,
  },
  commands: [{ name: 'client|setname', calls: 2, failures: 1, rejected: 0 }],
  unknownCommands: 0,
  refusedCommands: 0,
  replica: {
    uid: 'aa.1.1',
    sequence: 4,
    keys: 4,
    expiringKeys: 0,
    tombstones: 0,
    bytes: 100,
    writes: 4,
    hits: 0,
    misses: 0,
    expired: 0,
    tombstonesDropped: 0,
    stampsRefused: 0,
    watchingClients: 0,
    changesPushed: 0,
    sync: { applied: 0, stale: 0, duplicate: 0, refused: 0, sent: 0, busyMs: 0 },
    lateness: [{ origin: 'aa.1.1', counts: [1, 2], sumMs: 9 }],
  },
};
const server: HomeReport = {
  kind: 'server',
  isReady: true,
  isAwake: true,
  keysThere: 0,
  members: [
    {
      id: 'aa',
      incarnation: 1,
      at: '10.0.0.1:7000',
      state: 'up',
      lagMs: 250,
      dirtyKeys: 3,
      skewMs: -4,
      equalAtMs: 0,
      holdsTombstones: false,
    },
  ],
  repairs: { sessions: 1, equal: 2, divergencesFound: 0, divergencesRepaired: 0 },
  replica: report.replica,
  links: [],
  journal: {
    lastSequence: 1,
    durableSequence: 1,
    pendingBytes: 0,
    writtenBytes: 9,
    commits: 1,
    commitMs: 1,
    commitMsMax: 1,
    commitDurations: { counts: [0, 0, 0, 1, 0, 0, 0, 2], sumMs: 40 },
    segments: 1,
    bytesSinceSnapshot: 9,
  },
  journalFault: undefined,
};
const metrics = [
  ...geoMetrics({ ...createCounters(), toldFromOutside: 9 }, [report], server),
  ...processMetrics(),
  ...startMetrics({ isReady: true, doneBytes: 1, totalBytes: 2, keysHere: 3, keysThere: 4 }),
];

test('every metric of a geo server is on the page, and the page names no other', () => {
  // Those of the ring, of Tribbler and of its Libstore are checked in tests of their own.
  const documented = documentedMetrics().filter(
    (name) => !/^atoll_(ring|tribbler|libstore)_/.test(name),
  );
  assert.deepEqual(documented.toSorted(), metrics.map(({ name }) => name).toSorted());
});

test('metrics are written as Prometheus reads them', () => {
  const text = prometheusText(metrics);
  for (const line of [
    '# TYPE atoll_geo_keys gauge',
    'atoll_geo_keys{port="7001"} 4',
    'atoll_actor_told_total{from="outside"} 9',
    'atoll_command_failures_total{port="7001",command="client|setname"} 1',
    '# TYPE atoll_journal_commit_duration_seconds histogram',
    'atoll_journal_commit_duration_seconds_bucket{le="0.0005"} 0',
    'atoll_journal_commit_duration_seconds_bucket{le="0.001"} 1',
    'atoll_journal_commit_duration_seconds_bucket{le="0.025"} 3',
    'atoll_journal_commit_duration_seconds_bucket{le="+Inf"} 3',
    'atoll_journal_commit_duration_seconds_sum 0.04',
    'atoll_journal_commit_duration_seconds_count 3',
    'atoll_geo_visibility_seconds_bucket{peer="10.0.0.1:7000",le="0.005"} 1',
    'atoll_geo_visibility_seconds_count{peer="10.0.0.1:7000"} 3',
  ]) {
    assert.ok(text.includes(`${line}\n`), line);
  }
  const sample = /^[a-z_]+(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? -?[\d.]+$/;
  for (const line of text.trimEnd().split('\n')) {
    assert.ok(line.startsWith('# ') || sample.test(line), line);
  }
});

test('what a label holds cannot end it', () => {
  const text = prometheusText([
    { name: 'x', type: 'gauge', help: 'a\nb', samples: [[{ name: '"}\n\\' }, 1]] },
  ]);
  assert.equal(text, '# HELP x a\\nb\n# TYPE x gauge\nx{name="\\"}\\n\\\\"} 1\n');
});
