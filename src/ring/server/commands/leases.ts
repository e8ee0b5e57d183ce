import type { Client } from '../../../resp/client.ts';
import type { Command } from '../../../resp/command.ts';
import type { CommandRow } from '../../../resp/command-table.ts';
import type { Storage } from '../storage/storage.ts';
import { writeWrongType } from '../storage/write.ts';
import { Value } from '../storage/value.ts';
import { findItems, parseRange, writeItems } from './lists.ts';
import { writeValue } from './values.ts';

/** Reads with a lease, and how it is given back: Tribbler §4.4. */
export const leaseCommands: readonly CommandRow<Storage>[] = [
  {
    name: 'getlease',
    arity: 2,
    flags: ['readonly', 'fast'],
    keys: [1, 1, 1],
    group: 'ring',
    since: '0.1.0',
    summary:
      'Returns the value of a key, the id of a lease of it (0: none), and how long that lasts',
    synopsis: 'key',
    run: (storage, command, client) => {
      if (!storage.serves(command, 1, client)) return;
      const key = command.latin1(1);
      const entry = storage.find(command, 1);
      if (entry !== undefined && !(entry instanceof Value)) {
        writeWrongType(client.reply);
        return;
      }
      client.reply.array(3);
      writeValue(entry, client);
      grant(storage, command, key, client);
    },
  },
  {
    name: 'lrangelease',
    arity: 4,
    flags: ['readonly'],
    keys: [1, 1, 1],
    group: 'ring',
    since: '0.1.0',
    summary:
      'Returns a range of a list, the id of a lease of all of it (0: none), and how long that lasts',
    synopsis: 'key start stop',
    run: (storage, command, client) => {
      if (!storage.serves(command, 1, client)) return;
      const range = parseRange(command, client);
      if (range === undefined) return;
      const key = command.latin1(1);
      const items = findItems(storage.find(command, 1), range, client);
      if (items === undefined) return;
      client.reply.array(3);
      writeItems(items, client);
      grant(storage, command, key, client);
    },
  },
  {
    name: 'revoked',
    arity: -3,
    flags: ['fast', 'readonly'],
    keys: [1, 1, 1],
    group: 'ring',
    since: '0.1.0',
    summary: 'Gives leases of a key back, as a push `revoke` asks for; returns how many ended',
    synopsis: 'key lease-id [lease-id ...]',
    run: revoked,
  },
];

/** The second and third part of the reply. A stand-in grants nothing: the owner would not know whom to ask. */
function grant(storage: Storage, command: Command, key: string, client: Client): void {
  const isOwner =
    storage.ownership.ownsAll || storage.ownership.role(command, 1, client) === 'owner';
  const lease = isOwner ? storage.keeper.grant(key, client) : undefined;
  client.reply.integer(lease?.id ?? 0);
  client.reply.integer(lease === undefined ? 0 : storage.keeper.terms.leaseMs);
}

function revoked(storage: Storage, command: Command, client: Client): void {
  const key = command.latin1(1);
  let count = 0;
  for (let i = 2; i < command.argumentCount; i += 1) {
    const id = command.integer(i);
    if (id === undefined || id < 1) {
      client.reply.error('ERR', 'the id of a lease is a whole number from 1 on');
      return;
    }
    if (storage.keeper.revoked(key, id, client)) count += 1;
  }
  client.reply.integer(count);
}
