import type { Client } from '../../../resp/client.ts';
import type { Command } from '../../../resp/command.ts';
import type { CommandRow } from '../../../resp/command-table.ts';
import type { Replica } from '../replica.ts';

const ofKey = {
  flags: ['readonly'],
  keys: [2, 2, 1],
  group: 'generic',
  synopsis: 'key',
} as const;

/** What operators and their tools ask about the store and single entries. */
export const inspectionCommands: readonly CommandRow<Replica>[] = [
  {
    name: 'dbsize',
    arity: 1,
    flags: ['readonly', 'fast'],
    keys: [0, 0, 0],
    group: 'server',
    since: '1.0.0',
    summary: 'Returns how many keys there are; some of them may just have ended',
    synopsis: '',
    run: (replica, _command, { reply }) => reply.integer(replica.table.size),
  },
  {
    name: 'time',
    arity: 1,
    flags: ['readonly', 'fast', 'loading', 'stale'],
    keys: [0, 0, 0],
    group: 'server',
    since: '2.6.0',
    summary: 'Returns the time of the server: seconds since 1970, and microseconds of this second',
    synopsis: '',
    run: ({ nowMs }, _command, { reply }) => {
      reply.array(2);
      reply.bulkLatin1(String(Math.floor(nowMs / 1000)));
      reply.bulkLatin1(String((nowMs % 1000) * 1000));
    },
  },
  flushRow('flushall', 'all keys'),
  flushRow('flushdb', 'all keys (there is one database)'),
  {
    name: 'object',
    arity: -2,
    flags: ['readonly'],
    keys: [0, 0, 0],
    group: 'generic',
    since: '2.2.3',
    summary: 'Tells about the entry of a key',
    synopsis: '',
    subcommands: [
      {
        ...ofKey,
        name: 'encoding',
        arity: 3,
        since: '2.2.3',
        summary: 'Returns how a value is kept: in its bytes',
        run: (replica, command, client) => {
          if (findOrReply(replica, command, client) >= 0) client.reply.bulkLatin1('raw');
        },
      },
      {
        ...ofKey,
        name: 'idletime',
        arity: 3,
        since: '2.2.3',
        summary: 'Returns how many seconds ago a key was written; reads are not recorded',
        run: (replica, command, client) => {
          const reference = findOrReply(replica, command, client);
          if (reference < 0) return;
          const version = { wallMs: 0, counter: 0, origin: 0, sequence: 0 };
          replica.table.readVersion(reference, version);
          client.reply.integer(Math.max(0, Math.floor((replica.nowMs - version.wallMs) / 1000)));
        },
      },
      {
        ...ofKey,
        name: 'refcount',
        arity: 3,
        since: '2.2.3',
        summary: 'Returns 1: values are not shared between keys',
        run: (replica, command, client) => {
          if (findOrReply(replica, command, client) >= 0) client.reply.integer(1);
        },
      },
    ],
  },
];

function flushRow(name: string, what: string): CommandRow<Replica> {
  return {
    name,
    arity: -1,
    flags: ['write'],
    keys: [0, 0, 0],
    group: 'server',
    since: '1.0.0',
    summary: `Deletes ${what}, one by one: each gets a stamp, and writes that other servers take meanwhile survive`,
    synopsis: '[ASYNC | SYNC]',
    run: (replica, command, { reply }) => {
      const isKnown = command.is(1, 'SYNC') || command.is(1, 'ASYNC');
      if (command.argumentCount > 2 || (command.argumentCount === 2 && !isKnown)) {
        reply.error('ERR', 'syntax error');
        return;
      }
      replica.deleteAll();
      reply.ok();
    },
  };
}

/** The live entry of argument 2; −1: nil was replied. */
function findOrReply(replica: Replica, command: Command, client: Client): number {
  const reference = replica.find(command, 2);
  if (reference < 0) client.reply.nil();
  return reference;
}
