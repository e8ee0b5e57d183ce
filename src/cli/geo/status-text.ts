import type { MemberReport } from '../../geo/server/remote/server-report.ts';
import { bytesWords, countWords, durationWords } from '../figures.ts';
import { keepingText } from '../keeping-text.ts';
import { printable } from '../terminal-text.ts';
import { textTable } from '../text-table.ts';
import type { GeoStatus, ServerStatus } from './geo-status.ts';

/** Of an id, in a table. `atoll geo forget` takes as much of it as names one server. */
const shortIdLength = 8;

/** The status of a geo server for people. */
export function statusText({ atollVersion, state, reason, server }: GeoStatus): string {
  const why = reason === null ? '' : `: ${printable(reason)}`;
  if (server === null) return `Atoll ${atollVersion} is ${state}${why}\n`;
  const upMs = server.nowMs - server.startedAtMs;
  return [
    `Atoll ${atollVersion} at ${server.at} is ${state}${why}, up for ${durationWords(upMs)}`,
    `Server ${server.id} in its life ${server.incarnation}, cluster ${server.clusterId}`,
    keepingText(server, server.journal === null ? [] : [server.journal]),
    '',
    ...textTable(memberRows(server)),
    '',
    ...textTable(portRows(server)),
    '',
    tombstonesLine(server),
    repairsLine(server),
    '',
  ].join('\n');
}

function memberRows({ members, links, nowMs }: ServerStatus): string[][] {
  const head = [
    'server',
    'address',
    'life',
    'state',
    'lag',
    'dirty',
    'skew',
    'round trip',
    'equal',
    'tombstones',
  ];
  const rows = members.map((one) => {
    const link = links.find(({ at }) => at === one.at);
    const isOther = one.state !== 'self' && one.state !== 'removed';
    const cellOf = (isKnown: boolean, text: () => string): string => (isKnown ? text() : '-');
    return [
      one.id.slice(0, shortIdLength),
      one.at,
      String(one.incarnation),
      one.state,
      cellOf(isOther, () => lagWords(one)),
      cellOf(isOther, () => countWords(one.dirtyKeys)),
      cellOf(isOther && one.skewMs !== undefined, () => `${Math.round(one.skewMs ?? 0)} ms`),
      cellOf(isOther && link?.roundTripMs !== undefined, () =>
        durationWords(link?.roundTripMs ?? 0),
      ),
      cellOf(isOther && one.equalAtMs > 0, () => `${durationWords(nowMs - one.equalAtMs)} ago`),
      cellOf(one.holdsTombstones, () => 'held back'),
    ];
  });
  return [head, ...rows];
}

function lagWords({ lagMs }: MemberReport): string {
  return lagMs === 0 ? '0' : durationWords(lagMs);
}

function portRows({ ports }: ServerStatus): string[][] {
  const head = ['port', 'keys', 'tombstones', 'memory', 'clients', 'writes'];
  const rows = ports.map(({ port, keys, tombstones, bytes, clients, writes }) => [
    String(port),
    countWords(keys),
    countWords(tombstones),
    bytesWords(bytes),
    countWords(clients),
    countWords(writes),
  ]);
  return [head, ...rows];
}

function tombstonesLine({ tombstones, tombstonesHeldBy, members }: ServerStatus): string {
  if (tombstones === 0) return 'No tombstones';
  const holders = members.filter(({ id }) => tombstonesHeldBy.includes(id));
  if (holders.length === 0) return `${countWords(tombstones)} tombstones, about to go`;
  const names = holders.map(({ id, at, state }) => {
    return `${id.slice(0, shortIdLength)} at ${at} (${state})`;
  });
  return `${countWords(tombstones)} tombstones wait for ${names.join(', ')}`;
}

function repairsLine({ repairs }: ServerStatus): string {
  const { equal, sessions, divergencesFound, divergencesRepaired } = repairs;
  return (
    `${countWords(equal)} comparisons begun here found no difference, ${countWords(sessions)} searches for one; ` +
    `divergences: ${divergencesFound} found, ${divergencesRepaired} repaired`
  );
}
