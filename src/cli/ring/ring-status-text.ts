import { bytesWords, countWords, durationWords } from '../figures.ts';
import { keepingText } from '../keeping-text.ts';
import { printable } from '../terminal-text.ts';
import { textTable } from '../text-table.ts';
import type { NodeFigures, RingNodeStatus, RingServerStatus, RingStatus } from './ring-status.ts';

/** The status of a server of the ring for people. */
export function ringStatusText({ atollVersion, state, reason, server }: RingStatus): string {
  const why = reason === null ? '' : `: ${printable(reason)}`;
  if (server === null) return `Atoll ${atollVersion} is ${state}${why}\n`;
  const { coordinator, nowMs, startedAtMs, leaseMs, leaseGuardMs, epoch, nodes } = server;
  const role = coordinator === null ? 'the coordinator' : `registers with ${coordinator}`;
  const ring = epoch === 0 ? 'not complete' : `epoch ${epoch}, ${nodesWords(nodes.length)}`;
  return [
    `Atoll ${atollVersion} is ${state}${why}, up for ${durationWords(nowMs - startedAtMs)}`,
    `Ring: ${ring}; this server: ${nodesWords(nodes.filter(isHere).length)}, ${role}`,
    `Leases last ${durationWords(leaseMs)}, and ${durationWords(leaseGuardMs)} longer for the owner`,
    keepingText(server, journals(server)),
    '',
    ...textTable([head, ...nodes.map(rowOf)]),
    '',
    leasesLine(server),
    '',
  ].join('\n');
}

const head: readonly string[] = [
  'node',
  'address',
  'share',
  'keys',
  'lists',
  'memory',
  'clients',
  'leases',
  'holders',
  'waiting',
  'journal',
];

function rowOf({ id, at, share, here }: RingNodeStatus): string[] {
  const first = [id, at, share === 0 ? '-' : `${(share * 100).toFixed(1)} %`];
  if (here === null) return [...first, ...head.slice(first.length).map(() => '-')];
  const counts = [here.leases, here.leaseHolders, here.writesWaiting].map(countWords);
  const keys = [countWords(here.keys), countWords(here.lists), bytesWords(here.datasetBytes)];
  return [...first, ...keys, countWords(here.clients), ...counts, journalWords(here)];
}

function journalWords({ journal }: NodeFigures): string {
  if (journal === null) return '-';
  return `${bytesWords(journal.bytesSinceSnapshot)}, ${bytesWords(journal.pendingBytes)} wait`;
}

/** What leases cost writes, of all nodes here. */
function leasesLine({ nodes }: RingServerStatus): string {
  const here = nodes.flatMap(({ here: figures }) => (figures === null ? [] : [figures]));
  const sum = (of: (figures: NodeFigures) => number): string =>
    countWords(here.reduce((all, each) => all + of(each), 0));
  const waitMs = Math.max(0, ...here.map(({ restartWaitMs }) => restartWaitMs));
  const restart =
    waitMs === 0 ? '' : `; writes wait ${durationWords(waitMs)} yet for leases of an earlier life`;
  return (
    `Revocations: ${sum(({ counters }) => counters.revocations)} sent, ` +
    `${sum(({ counters }) => counters.revocationsAnswered)} answered, ` +
    `${sum(({ counters }) => counters.revocationsMissed)} run out${restart}`
  );
}

function journals({ nodes }: RingServerStatus) {
  return nodes.flatMap(({ here }) => (here?.journal ? [here.journal] : []));
}

function isHere({ here }: RingNodeStatus): boolean {
  return here !== null;
}

function nodesWords(count: number): string {
  return count === 1 ? '1 node' : `${count} nodes`;
}
