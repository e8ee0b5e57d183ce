import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createCounters } from '../actor/counters.ts';
import { nodeReport } from '../../test/support/ring-node-report.ts';
import { documentedMetrics } from '../../test/support/documented-metrics.ts';
import { prometheusText } from './prometheus-text.ts';
import { ringMetrics, ringStartMetrics } from './ring-metrics.ts';

const metrics = [
  ...ringMetrics(createCounters(), [nodeReport]),
  ...ringStartMetrics({ isReady: true, doneBytes: 1, totalBytes: 2 }),
];

test('every metric of the ring is on the page, and the page names no other', () => {
  const documented = documentedMetrics();
  const names = metrics.map(({ name }) => name);
  const isOfRing = (name: string): boolean => name.startsWith('atoll_ring_');
  assert.deepEqual(documented.filter(isOfRing).toSorted(), names.filter(isOfRing).toSorted());
  for (const name of names) assert.ok(documented.includes(name), name);
});

test('what a node and its journal count is told with the port of the node', () => {
  const text = prometheusText(metrics);
  for (const line of [
    'atoll_ring_ready 1',
    'atoll_ring_keys{port="7400"} 1200',
    'atoll_ring_revocations_sent_total{port="7400"} 6',
    'atoll_ring_revocations_answered_total{port="7400"} 4',
    'atoll_ring_revocations_missed_total{port="7400"} 2',
    'atoll_ring_write_wait_seconds_bucket{port="7400",le="0.001"} 3',
    'atoll_ring_write_wait_seconds_count{port="7400"} 4',
    'atoll_ring_write_wait_seconds_sum{port="7400"} 12.003',
    'atoll_ring_restart_wait_seconds{port="7400"} 1.5',
    'atoll_journal_commits_total{port="7400"} 7',
    'atoll_journal_failed{port="7400"} 0',
    'atoll_resp_connections{port="7400"} 5',
  ]) {
    assert.ok(text.includes(`${line}\n`), line);
  }
});
