import type { Client } from '../../../resp/client.ts';
import type { Command } from '../../../resp/command.ts';
import type { CommandRow } from '../../../resp/command-table.ts';
import type { Replica } from '../replica.ts';

/** Keys as such: whether they are there, what they are, and away with them. */
export const keyCommands: readonly CommandRow<Replica>[] = [
  deleteRow('del', '1.0.0'),
  deleteRow('unlink', '4.0.0'),
  countRow(
    'exists',
    '1.0.0',
    'Returns how many of the keys exist; one that is named twice counts twice',
  ),
  countRow(
    'touch',
    '3.2.1',
    'Returns how many of the keys exist; nothing is evicted, so it changes nothing',
  ),
  {
    name: 'type',
    arity: 2,
    flags: ['readonly', 'fast'],
    keys: [1, 1, 1],
    group: 'generic',
    since: '1.0.0',
    summary: 'Returns the type of a value, which is string, or none',
    synopsis: 'key',
    run: (replica, command, { reply }) => {
      reply.simple(replica.read(command, 1) < 0 ? 'none' : 'string');
    },
  },
  {
    name: 'randomkey',
    arity: 1,
    flags: ['readonly'],
    keys: [0, 0, 0],
    group: 'generic',
    since: '1.0.0',
    summary: 'Returns one of all keys',
    synopsis: '',
    run: (replica, _command, { reply }) => {
      const reference = replica.drawKey();
      if (reference < 0) reply.nil();
      else replica.table.writeKey(reference, reply);
    },
  },
  {
    name: 'stamp',
    arity: 2,
    flags: ['readonly'],
    keys: [1, 1, 1],
    group: 'geo',
    since: '0.1.0',
    summary:
      'Returns the stamp and the dot of the write that won a key: when it was, whose, and which',
    synopsis: 'key',
    run: (replica, command, client) => writeStamp(replica, command, client),
  },
];

function deleteRow(name: string, since: string): CommandRow<Replica> {
  return {
    name,
    arity: -2,
    flags: ['write', 'fast'],
    keys: [1, -1, 1],
    group: 'generic',
    since,
    summary: 'Deletes keys and returns how many there were; each key for itself, not atomically',
    synopsis: 'key [key ...]',
    run: (replica, command, { reply }) => {
      let count = 0;
      for (let i = 1; i < command.argumentCount; i += 1) {
        const reference = replica.find(command, i);
        if (reference < 0) continue;
        replica.delete(reference);
        count += 1;
      }
      reply.integer(count);
    },
  };
}

function countRow(name: string, since: string, summary: string): CommandRow<Replica> {
  return {
    name,
    arity: -2,
    flags: ['readonly', 'fast'],
    keys: [1, -1, 1],
    group: 'generic',
    since,
    summary,
    synopsis: 'key [key ...]',
    run: (replica, command, { reply }) => {
      let count = 0;
      for (let i = 1; i < command.argumentCount; i += 1) {
        if (replica.read(command, i) >= 0) count += 1;
      }
      reply.integer(count);
    },
  };
}

function writeStamp(replica: Replica, command: Command, { reply }: Client): void {
  const reference = replica.find(command, 1);
  if (reference < 0) {
    reply.nil();
    return;
  }
  const version = { wallMs: 0, counter: 0, origin: 0, sequence: 0 };
  replica.table.readVersion(reference, version);
  reply.map(4);
  reply.bulkLatin1('wall-ms');
  reply.integer(version.wallMs);
  reply.bulkLatin1('counter');
  reply.integer(version.counter);
  reply.bulkLatin1('origin');
  reply.bulkText(replica.origins.uid(version.origin));
  reply.bulkLatin1('sequence');
  reply.integer(version.sequence);
}
