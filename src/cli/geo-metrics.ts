import type { ThreadCounters } from '../actor/counters.ts';
import type { PortReport } from '../geo/server/query/port-report.ts';
import { latenessBoundsMs } from '../geo/server/sync/lateness-histogram.ts';
import type { HomeReport } from '../geo/server/home/started-server.ts';
import type { MemberReport } from '../geo/server/remote/server-report.ts';
import { histogramSamples, type Metric, type Sample } from './prometheus-text.ts';
import {
  actorMetrics,
  counter,
  gauge,
  journalMetrics,
  ofPorts,
  portMetrics,
} from './server-metrics.ts';

/** How a start goes: loading from the disk, then the transfer from other servers. */
export interface StartFigures {
  readonly isReady: boolean;
  readonly doneBytes: number;
  readonly totalBytes: number;
  readonly keysHere: number;
  readonly keysThere: number;
}

/** Metrics that are there before the server is. */
export function startMetrics(start: StartFigures): readonly Metric[] {
  return [
    gauge('atoll_geo_ready', 'Whether the server may get traffic', start.isReady ? 1 : 0),
    gauge('atoll_geo_start_loaded_bytes', 'Read from the disk at the start', start.doneBytes),
    gauge('atoll_geo_start_load_bytes', 'Of so many', start.totalBytes),
    gauge('atoll_geo_start_keys', 'Keys here, during the start-up transfer', start.keysHere),
    gauge('atoll_geo_start_keys_there', 'Keys that the other server has', start.keysThere),
  ];
}

/**
 * All metrics of a geo server but those of its process. They are documented in `docs/reference/metrics.md`; a name never changes its
 * meaning.
 */
export function geoMetrics(
  actors: ThreadCounters,
  ports: readonly PortReport[],
  server: HomeReport,
): readonly Metric[] {
  return [
    ...actorMetrics(actors),
    ...portMetrics(ports),
    ...replicaMetrics(ports, server),
    ...serverMetrics(server, ports),
  ];
}

/** What the exchange with other servers, the journal and repair count. */
function serverMetrics(server: HomeReport, ports: readonly PortReport[]): readonly Metric[] {
  const others = server.members.filter(({ state }) => state !== 'self' && state !== 'removed');
  const ofOthers = (name: string, help: string, value: (one: MemberReport) => number): Metric => {
    const samples = others.map((one): Sample => [{ peer: one.at }, value(one)]);
    return { name: `atoll_geo_${name}`, type: 'gauge', help, samples };
  };
  const { repairs, journal } = server;
  return [
    ofOthers('sync_lag_seconds', 'Age of the oldest change not confirmed', (m) => m.lagMs / 1_000),
    ofOthers('dirty_keys', 'Changes not confirmed', (one) => one.dirtyKeys),
    ofOthers('peer_up', 'Whether the server is linked', (one) => (one.state === 'away' ? 0 : 1)),
    ofOthers('holds_tombstones', 'Whether tombstones wait for it', (m) =>
      m.holdsTombstones ? 1 : 0,
    ),
    ofOthers('clock_skew_seconds', 'Its clock less ours', (one) => (one.skewMs ?? 0) / 1_000),
    visibility(server, ports),
    counter('atoll_geo_repairs_total', 'Searches for a difference', repairs.sessions),
    counter(
      'atoll_geo_equal_total',
      'Comparisons begun here that found no difference',
      repairs.equal,
    ),
    counter(
      'atoll_geo_divergence_found_total',
      'Entries that were missing though they should have been known',
      repairs.divergencesFound,
    ),
    counter(
      'atoll_geo_divergence_repaired_total',
      'Of them: those that are there now',
      repairs.divergencesRepaired,
    ),
    ...journalMetrics(
      journal === undefined ? [] : [{ labels: {}, stats: journal, fault: server.journalFault }],
    ),
  ];
}

/** By server of origin: how long after they were written, by both clocks, writes were seen by query actors here. */
function visibility(server: HomeReport, ports: readonly PortReport[]): Metric {
  const all = ports.flatMap(({ replica }) => replica.lateness);
  const samples = server.members.flatMap(({ id, at }) => {
    const ofServer = all.filter(({ origin }) => origin.startsWith(`${id}.`));
    return histogramSamples({ peer: at }, latenessBoundsMs, ofServer);
  });
  return {
    name: 'atoll_geo_visibility_seconds',
    type: 'histogram',
    help: 'From a write, by the clock of its server, until a query actor here had it',
    samples,
  };
}

const mergeOutcomes = ['applied', 'stale', 'duplicate', 'refused'] as const;

function replicaMetrics(ports: readonly PortReport[], server: HomeReport): readonly Metric[] {
  type Figure = (replica: PortReport['replica']) => number;
  const metric = (type: Metric['type'], name: string, help: string, figure: Figure): Metric =>
    ofPorts(type, `atoll_geo_${name}`, help, ports, (port) => figure(port.replica));
  return [
    metric('gauge', 'keys', 'Keys that have a value', (r) => r.keys),
    metric('gauge', 'expiring_keys', 'Of them: those that end', (r) => r.expiringKeys),
    {
      type: 'gauge',
      name: 'atoll_geo_tombstones',
      help: 'Deletes that are remembered; port "remote": by the remote-sync actor',
      samples: [
        ...ports.map(({ port, replica }): Sample => [{ port }, replica.tombstones]),
        [{ port: 'remote' }, server.replica.tombstones],
      ],
    },
    metric('gauge', 'entries_bytes', 'What entries take in memory, about', (r) => r.bytes),
    metric('counter', 'writes_total', 'Writes taken here', (r) => r.writes),
    metric('counter', 'hits_total', 'Reads that found their key', (r) => r.hits),
    metric('counter', 'misses_total', 'Reads that did not', (r) => r.misses),
    metric('counter', 'expired_total', 'Values that ended', (r) => r.expired),
    metric(
      'counter',
      'tombstones_dropped_total',
      'Tombstones that all confirmed',
      (r) => r.tombstonesDropped,
    ),
    metric(
      'counter',
      'stamps_refused_total',
      'Stamps too far ahead of our clock',
      (r) => r.stampsRefused,
    ),
    {
      type: 'counter',
      name: 'atoll_geo_entries_merged_total',
      help: 'Writes of other actors, by what became of them; port "remote": by the remote-sync actor',
      samples: [
        ...ports.map(({ port, replica }) => ({ port, sync: replica.sync })),
        { port: 'remote', sync: server.replica.sync },
      ].flatMap(({ port, sync }) =>
        mergeOutcomes.map((outcome) => [{ port, outcome }, sync[outcome]] as const),
      ),
    },
    {
      type: 'counter',
      name: 'atoll_geo_sync_seconds_total',
      help: 'Time that the exchange took: packing, sending, merging',
      samples: [
        ...ports.map(({ port, replica }) => ({ port, sync: replica.sync })),
        { port: 'remote', sync: server.replica.sync },
      ].map(({ port, sync }) => [{ port }, sync.busyMs / 1_000] as const),
    },
    metric('counter', 'entries_sent_total', 'Entries sent to query actors', (r) => r.sync.sent),
    metric('gauge', 'watching_clients', 'Clients that watch a prefix', (r) => r.watchingClients),
    metric('counter', 'changes_pushed_total', 'Changes told to watches', (r) => r.changesPushed),
  ];
}
