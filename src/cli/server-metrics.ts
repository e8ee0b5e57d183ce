import type { ThreadCounters } from '../actor/counters.ts';
import { commitBoundsMs, type JournalStats } from '../core/journal/journal.ts';
import type { PortFigures } from '../resp/port-figures.ts';
import { histogramSamples, type Metric, type Sample } from './prometheus-text.ts';

/** A journal of a server that may have several: its labels say which it is. */
export interface JournalFigures {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly stats: JournalStats;
  readonly fault: string | undefined;
}

/** Of the actor system, the same for both stores. */
export function actorMetrics(actors: ThreadCounters): readonly Metric[] {
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

/** Of ports that speak the protocol of Redis. */
export function portMetrics(ports: readonly PortFigures[]): readonly Metric[] {
  const counters = (
    name: string,
    help: string,
    value: (counters: PortFigures['counters']) => number,
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
      'Commands that are not offered',
      ports,
      (port) => port.refusedCommands,
    ),
    ofCommands('atoll_command_calls_total', 'Executions', ports, (c) => c.calls),
    ofCommands('atoll_command_failures_total', 'Executions that failed', ports, (c) => c.failures),
    ofCommands('atoll_command_rejected_total', 'Not executed', ports, (c) => c.rejected),
  ];
}

/** Of the journals of a server. */
export function journalMetrics(journals: readonly JournalFigures[]): readonly Metric[] {
  const ofJournals = (
    type: Metric['type'],
    name: string,
    help: string,
    value: (journal: JournalFigures) => number,
  ): Metric => {
    const samples = journals.map((each): Sample => [each.labels, value(each)]);
    return { name: `atoll_journal_${name}`, type, help, samples };
  };
  if (journals.length === 0) return [];
  return [
    ofJournals('counter', 'commits_total', 'Writes with their sync', (j) => j.stats.commits),
    ofJournals('counter', 'written_bytes_total', 'Bytes written', (j) => j.stats.writtenBytes),
    ofJournals(
      'gauge',
      'pending_bytes',
      'Bytes that wait for the disk',
      (j) => j.stats.pendingBytes,
    ),
    {
      name: 'atoll_journal_commit_duration_seconds',
      type: 'histogram',
      help: 'How long a write with its sync took',
      samples: journals.flatMap(({ labels, stats }) =>
        histogramSamples(labels, commitBoundsMs, [stats.commitDurations]),
      ),
    },
    ofJournals('gauge', 'segments', 'Segments of the log', (j) => j.stats.segments),
    ofJournals('gauge', 'failed', 'Whether it takes nothing more', (j) =>
      j.fault === undefined ? 0 : 1,
    ),
  ];
}

/** What the process as a whole uses. */
export function processMetrics(): readonly Metric[] {
  const { rss, heapUsed } = process.memoryUsage();
  const cpu = process.cpuUsage();
  return [
    gauge('process_resident_memory_bytes', 'Memory of the process', rss),
    gauge('atoll_heap_bytes', 'Of it: in the heap of the main thread', heapUsed),
    counter(
      'process_cpu_seconds_total',
      'User and system time',
      (cpu.user + cpu.system) / 1_000_000,
    ),
  ];
}

/** A sample for each port. */
export function ofPorts<Port extends { readonly port: number }>(
  type: Metric['type'],
  name: string,
  help: string,
  ports: readonly Port[],
  value: (port: Port) => number,
): Metric {
  return { name, type, help, samples: ports.map((each) => [{ port: each.port }, value(each)]) };
}

function ofCommands(
  name: string,
  help: string,
  ports: readonly PortFigures[],
  value: (command: PortFigures['commands'][number]) => number,
): Metric {
  const samples = ports.flatMap(({ port, commands }) =>
    commands.map((each): Sample => [{ port, command: each.name }, value(each)]),
  );
  return { name, type: 'counter', help, samples };
}

/** A metric with one sample. */
export function gauge(name: string, help: string, value: number): Metric {
  return { name, type: 'gauge', help, samples: [[{}, value]] };
}

/** The same. */
export function counter(name: string, help: string, value: number): Metric {
  return { name, type: 'counter', help, samples: [[{}, value]] };
}
