import assert from 'node:assert/strict';
import { test } from 'node:test';

import { documentedMetrics } from '../../../test/support/documented-metrics.ts';
import { prometheusText } from '../prometheus-text.ts';
import { tribblerMetrics } from './tribbler-metrics.ts';

const metrics = tribblerMetrics({
  requests: new Map([
    ['2xx', 12],
    ['4xx', 3],
  ]),
  requestsUnderWay: 2,
  streams: 1,
  store: {
    hits: 90,
    misses: 10,
    leasesGranted: 4,
    revocations: 2,
    roundTrips: 8,
    requests: 16,
    retries: 1,
  },
});

test('every metric of an application server and its Libstore is on the page, and the page names no other', () => {
  const documented = documentedMetrics().filter((name) => /^atoll_(tribbler|libstore)_/.test(name));
  assert.deepEqual(documented.toSorted(), metrics.map(({ name }) => name).toSorted());
});

test('requests are told by the class of their status', () => {
  const text = prometheusText(metrics);
  for (const line of [
    'atoll_tribbler_requests_total{status="2xx"} 12',
    'atoll_tribbler_requests_total{status="4xx"} 3',
    'atoll_libstore_hits_total 90',
  ]) {
    assert.ok(text.includes(`${line}\n`), line);
  }
});
