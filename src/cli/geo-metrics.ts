import type { ThreadCounters } from '../actor/counters.ts';
import { commitBoundsMs, type JournalStats } from '../core/journal/journal.ts';
import type { PortReport } from '../geo/server/query/port-report.ts';
import { latenessBoundsMs } from '../geo/server/sync/lateness-histogram.ts';
import type { HomeReport } from '../geo/server/home/started-server.ts';
import type { MemberReport } from '../geo/server/remote/server-report.ts';
import { histogramSamples, type Metric, type Sample } from './prometheus-text.ts';

/** What the process as a whole uses. */
export interface ProcessFigures {
  readonly residentBytes: number;
  readonly heapBytes: number;
  readonly cpuSeconds: number;
}

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
 * All metrics of a geo server. They are documented in `docs/reference/metrics.md`; a name never changes its
 * meaning.
 */
export function geoMetrics(
  actors: ThreadCounters,
  ports: readonly PortReport[],
  server: HomeReport,
  process_: ProcessFigures,
): readonly Metric[] {
  return [
    ...actorMetrics(actors),
    ...portMetrics(ports),
    ...replicaMetrics(ports, server),
    ...serverMetrics(server, ports),
    gauge('process_resident_memory_bytes', 'Memory of the process', process_.residentBytes),
    gauge('atoll_heap_bytes', 'Of it: in the heap of the main thread', process_.heapBytes),
    counter('process_cpu_seconds_total', 'User and system time', process_.cpuSeconds),
  ];
}

function actorMetrics(actors: ThreadCounters): readonly Metric[] {
  return [
    {
      name: 'atoll_actor_told_total',
      type: 'counter',
      help: 'Messages told: by actors, and from outside; each query is one from outside',
      samples: [
        [{ from: 'actor' }, actors.toldByActors],
        [{ from: 'outside' }, actors.toldFromOutside],
      ],
    },
    counter('atoll_actor_handled_total', 'Messages that actors handled', actors.handled),
    counter(
      'atoll_actor_channel_refs_used_total',
      'Channel refs that got their message; each query is one',
      actors.channelRefsUsed,
    ),
    counter(
      'atoll_actor_told_bytes_total',
      'Bytes of messages for other threads and systems',
      actors.marshalledBytes,
    ),
    counter(
      'atoll_actor_remote_received_bytes_total',
      'Bytes of messages from other systems',
      actors.remoteReceivedBytes,
    ),
    counter('atoll_actor_dead_letters_total', 'Messages to nobody', actors.deadLetters),
    counter(
      'atoll_actor_dropped_total',
      'Messages to other systems dropped at the outbox',
      actors.droppedBeforeSend,
    ),
    counter(
      'atoll_actor_missing_total',
      'Messages of other systems that never came',
      actors.missingFromRemote,
    ),
    counter('atoll_actor_errors_total', 'Errors of actors', actors.errors),
    gauge('atoll_actor_mailbox_depth', 'Messages that wait in mailboxes', actors.mailboxDepth),
    gauge('atoll_actor_actors', 'Actors alive', actors.actors),
    gauge(
      'atoll_actor_pair_rate_max',
      'Most messages of any ordered pair of actors in any second so far',
      actors.pairRateMax,
    ),
  ];
}

function portMetrics(ports: readonly PortReport[]): readonly Metric[] {
  const counters = (
    name: string,
    help: string,
    value: (counters: PortReport['counters']) => number,
  ): Metric => ofPorts('counter', name, help, ports, (port) => value(port.counters));
  return [
    ofPorts('gauge', 'atoll_resp_connections', 'Clients connected', ports, (p) => p.clients),
    ofPorts(
      'gauge',
      'atoll_resp_query_buffer_bytes',
      'Bytes kept of commands that are not there whole',
      ports,
      (port) => port.queryBufferBytes,
    ),
    counters('atoll_resp_accepted_total', 'Connections accepted', (c) => c.connectionsAccepted),
    counters('atoll_resp_refused_total', 'Connections refused', (c) => c.connectionsRefused),
    counters('atoll_resp_commands_total', 'Commands executed', (c) => c.commands),
    counters(
      'atoll_resp_protocol_errors_total',
      'Connections closed: not the Redis protocol',
      (c) => c.protocolErrors,
    ),
    counters('atoll_resp_timeouts_total', 'Connections closed: silent', (c) => c.timeouts),
    counters(
      'atoll_resp_output_overflows_total',
      'Connections closed: did not read their replies',
      (c) => c.outputOverflows,
    ),
    ofPorts(
      'counter',
      'atoll_resp_unknown_commands_total',
      'Commands that nobody knows',
      ports,
      (port) => port.unknownCommands,
    ),
    ofPorts(
      'counter',
      'atoll_resp_refused_commands_total',
      'Commands that cannot be merged',
      ports,
      (port) => port.refusedCommands,
    ),
    ofCommands('atoll_command_calls_total', 'Executions', ports, (c) => c.calls),
    ofCommands('atoll_command_failures_total', 'Executions that failed', ports, (c) => c.failures),
    ofCommands('atoll_command_rejected_total', 'Not executed', ports, (c) => c.rejected),
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
    ...(journal === undefined ? [] : journalMetrics(journal, server.journalFault)),
  ];
}

function journalMetrics(journal: JournalStats, fault: string | undefined): readonly Metric[] {
  return [
    counter('atoll_journal_commits_total', 'Writes with their sync', journal.commits),
    counter('atoll_journal_written_bytes_total', 'Bytes written', journal.writtenBytes),
    gauge('atoll_journal_pending_bytes', 'Bytes that wait for the disk', journal.pendingBytes),
    {
      name: 'atoll_journal_commit_duration_seconds',
      type: 'histogram',
      help: 'How long a write with its sync took',
      samples: histogramSamples({}, commitBoundsMs, [journal.commitDurations]),
    },
    gauge('atoll_journal_segments', 'Segments of the log', journal.segments),
    gauge('atoll_journal_failed', 'Whether it takes nothing more', fault === undefined ? 0 : 1),
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

function ofPorts(
  type: Metric['type'],
  name: string,
  help: string,
  ports: readonly PortReport[],
  value: (port: PortReport) => number,
): Metric {
  return { name, type, help, samples: ports.map((each) => [{ port: each.port }, value(each)]) };
}

function ofCommands(
  name: string,
  help: string,
  ports: readonly PortReport[],
  value: (command: PortReport['commands'][number]) => number,
): Metric {
  const samples = ports.flatMap(({ port, commands }) =>
    commands.map((each): Sample => [{ port, command: each.name }, value(each)]),
  );
  return { name, type: 'counter', help, samples };
}

function gauge(name: string, help: string, value: number): Metric {
  return { name, type: 'gauge', help, samples: [[{}, value]] };
}

function counter(name: string, help: string, value: number): Metric {
  return { name, type: 'counter', help, samples: [[{}, value]] };
}
