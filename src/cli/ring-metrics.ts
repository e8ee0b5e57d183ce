import type { ThreadCounters } from '../actor/counters.ts';
import type { NodeReport } from '../ring/server/node-report.ts';
import { writeWaitBoundsMs } from '../ring/server/storage/lease-keeper.ts';
import type { StorageReport } from '../ring/server/storage-report.ts';
import { histogramSamples, type Metric } from './prometheus-text.ts';
import { actorMetrics, gauge, journalMetrics, ofPorts, portMetrics } from './server-metrics.ts';

/** How a start goes: what was read from the disk. */
export interface RingStartFigures {
  readonly isReady: boolean;
  readonly doneBytes: number;
  readonly totalBytes: number;
}

/** Metrics that are there before the server is. */
export function ringStartMetrics(start: RingStartFigures): readonly Metric[] {
  return [
    gauge('atoll_ring_ready', 'Whether the server may get traffic', start.isReady ? 1 : 0),
    gauge('atoll_ring_start_loaded_bytes', 'Read from the disk at the start', start.doneBytes),
    gauge('atoll_ring_start_load_bytes', 'Of so many', start.totalBytes),
  ];
}

/**
 * All metrics of a server of the ring but those of its process. They are documented in `docs/reference/metrics.md`; a name
 * never changes its meaning.
 */
export function ringMetrics(
  actors: ThreadCounters,
  nodes: readonly NodeReport[],
): readonly Metric[] {
  return [
    ...actorMetrics(actors),
    ...portMetrics(nodes),
    ...storageMetrics(nodes),
    ...leaseMetrics(nodes),
    ...journalMetrics(
      nodes.flatMap(({ port, journal, journalFault }) =>
        journal === null
          ? []
          : [{ labels: { port }, stats: journal, fault: journalFault ?? undefined }],
      ),
    ),
  ];
}

type Figure = (storage: StorageReport) => number;

function metric(
  nodes: readonly NodeReport[],
  type: Metric['type'],
  name: string,
  help: string,
  figure: Figure,
): Metric {
  return ofPorts(type, `atoll_ring_${name}`, help, nodes, ({ storage }) => figure(storage));
}

function storageMetrics(nodes: readonly NodeReport[]): readonly Metric[] {
  const gaugeOf = (name: string, help: string, figure: Figure): Metric =>
    metric(nodes, 'gauge', name, help, figure);
  const counterOf = (name: string, help: string, figure: Figure): Metric =>
    metric(nodes, 'counter', name, help, figure);
  return [
    gaugeOf('epoch', 'Of the view; 0: the ring is not complete', (s) => s.epoch),
    gaugeOf('keys', 'Keys that are there, values and lists', (s) => s.keys),
    gaugeOf('lists', 'Of them: lists', (s) => s.lists),
    gaugeOf('entries_bytes', 'What entries take in memory, about', (s) => s.datasetBytes),
    gaugeOf(
      'remembered_clients',
      'Clients whose writes are remembered',
      (s) => s.rememberedClients,
    ),
    gaugeOf(
      'remembered_writes',
      'Their writes, for the case of a repetition',
      (s) => s.rememberedWrites,
    ),
    counterOf('writes_total', 'Writes that changed something', (s) => s.counters.writes),
    counterOf('hits_total', 'Reads that found their key', (s) => s.counters.hits),
    counterOf('misses_total', 'Reads that did not', (s) => s.counters.misses),
    counterOf('retries_total', 'Repeated writes, answered from memory', (s) => s.counters.retries),
    counterOf(
      'wrong_server_total',
      'Commands for keys of other nodes',
      (s) => s.counters.wrongServer,
    ),
  ];
}

function leaseMetrics(nodes: readonly NodeReport[]): readonly Metric[] {
  const gaugeOf = (name: string, help: string, figure: Figure): Metric =>
    metric(nodes, 'gauge', name, help, figure);
  const counterOf = (name: string, help: string, figure: Figure): Metric =>
    metric(nodes, 'counter', name, help, figure);
  return [
    gaugeOf('leases', 'Leases that are not over', (s) => s.leases),
    gaugeOf('leased_keys', 'Keys that somebody holds', (s) => s.leasedKeys),
    gaugeOf('lease_holders', 'Clients that hold leases', (s) => s.leaseHolders),
    counterOf('leases_granted_total', 'Leases granted', (s) => s.counters.leasesGranted),
    counterOf(
      'leases_refused_total',
      'Reads answered without one',
      (s) => s.counters.leasesRefused,
    ),
    counterOf('revocations_sent_total', 'Leases asked back', (s) => s.counters.revocations),
    counterOf(
      'revocations_answered_total',
      'Of them: given back',
      (s) => s.counters.revocationsAnswered,
    ),
    counterOf('revocations_missed_total', 'Of them: run out', (s) => s.counters.revocationsMissed),
    gaugeOf('waiting_writes', 'Writes that wait for leases', (s) => s.writesWaiting),
    gaugeOf('waiting_writes_bytes', 'Their bytes', (s) => s.writesWaitingBytes),
    gaugeOf(
      'restart_wait_seconds',
      'How long writes wait yet for leases of an earlier life',
      (s) => s.restartWaitMs / 1_000,
    ),
    {
      name: 'atoll_ring_write_wait_seconds',
      type: 'histogram',
      help: 'How long writes waited for leases, of those that waited',
      samples: nodes.flatMap(({ port, storage }) =>
        histogramSamples({ port }, writeWaitBoundsMs, [storage.writeWaits]),
      ),
    },
  ];
}
