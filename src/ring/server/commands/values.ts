import type { Client } from '../../../resp/client.ts';
import type { Command } from '../../../resp/command.ts';
import type { CommandRow } from '../../../resp/command-table.ts';
import { refuseManyBytes } from '../../../resp/many-reply.ts';
import type { Reply } from '../../../resp/reply.ts';
import type { Storage } from '../storage/storage.ts';
import type { Entry } from '../storage/table.ts';
import { Value } from '../storage/value.ts';
import { writeOutcome, writeWrongType, type WriteRefusal } from '../storage/write.ts';
import { runWrite } from './run-write.ts';

/** Values by key, and keys as such: Tribbler §3.2 Get, Put, Delete. */
export const valueCommands: readonly CommandRow<Storage>[] = [
  {
    name: 'get',
    arity: 2,
    flags: ['readonly', 'fast'],
    keys: [1, 1, 1],
    group: 'string',
    since: '1.0.0',
    summary: 'Returns the value of a key',
    synopsis: 'key',
    run: (storage, command, client) => {
      if (!storage.serves(command, 1, client)) return;
      writeValue(storage.find(command, 1), client);
    },
  },
  {
    name: 'set',
    arity: -3,
    flags: ['write'],
    keys: [1, 1, 1],
    group: 'string',
    since: '1.0.0',
    summary: 'Sets the value of a key; with NX only if there is no entry',
    synopsis: 'key value [NX]',
    run: set,
  },
  {
    name: 'mget',
    arity: -2,
    flags: ['readonly', 'fast'],
    keys: [1, -1, 1],
    group: 'string',
    since: '1.0.0',
    summary: 'Returns the values of several keys of this node; nil for a list',
    synopsis: 'key [key ...]',
    run: getMany,
  },
  {
    name: 'strlen',
    arity: 2,
    flags: ['readonly', 'fast'],
    keys: [1, 1, 1],
    group: 'string',
    since: '2.2.0',
    summary: 'Returns the length of a value in bytes, 0 if there is none',
    synopsis: 'key',
    run: (storage, command, client) => {
      if (!storage.serves(command, 1, client)) return;
      const entry = storage.find(command, 1);
      if (entry === undefined) client.reply.integer(0);
      else if (entry instanceof Value) client.reply.integer(entry.length);
      else writeWrongType(client.reply);
    },
  },
  deleteRow('del', '1.0.0'),
  deleteRow('unlink', '4.0.0'),
  {
    name: 'exists',
    arity: -2,
    flags: ['readonly', 'fast'],
    keys: [1, -1, 1],
    group: 'generic',
    since: '1.0.0',
    summary: 'Returns how many of the keys exist; one that is named twice counts twice',
    synopsis: 'key [key ...]',
    run: (storage, command, client) => {
      if (!servesAll(storage, command, client)) return;
      let count = 0;
      for (let i = 1; i < command.argumentCount; i += 1) {
        if (storage.find(command, i) !== undefined) count += 1;
      }
      client.reply.integer(count);
    },
  },
  {
    name: 'type',
    arity: 2,
    flags: ['readonly', 'fast'],
    keys: [1, 1, 1],
    group: 'generic',
    since: '1.0.0',
    summary: 'Returns what an entry is: string, list, or none',
    synopsis: 'key',
    run: (storage, command, client) => {
      if (!storage.serves(command, 1, client)) return;
      const entry = storage.find(command, 1);
      if (entry === undefined) client.reply.simple('none');
      else client.reply.simple(entry instanceof Value ? 'string' : 'list');
    },
  },
];

/** The value of an entry, or nil, or why there is none. */
export function writeValue(entry: Entry | undefined, { reply }: Client): void {
  if (entry === undefined) reply.nil();
  else if (entry instanceof Value) entry.writeTo(reply);
  else writeWrongType(reply);
}

function set(storage: Storage, command: Command, client: Client): void {
  if (!storage.serves(command, 1, client)) return;
  const isAbsent = command.argumentCount === 4 && command.is(3, 'NX');
  if (command.argumentCount > 3 && !isAbsent) {
    client.reply.error('ERR', 'syntax error: SET takes NX and nothing else');
    return;
  }
  if (storage.isQuiet && !isAbsent) {
    writeOutcome(client.reply, storage.setNow(command));
    return;
  }
  const key = command.latin1(1);
  const value = command.latin1(2);
  runWrite(storage, { kind: isAbsent ? 'set absent' : 'set', key, value }, client);
}

function getMany(storage: Storage, command: Command, client: Client): void {
  const { reply } = client;
  if (!servesAll(storage, command, client)) return;
  const values: (Value | undefined)[] = [];
  let byteLength = 0;
  for (let i = 1; i < command.argumentCount; i += 1) {
    const entry = storage.find(command, i);
    // Redis: what is no value is nil here.
    const value = entry instanceof Value ? entry : undefined;
    values.push(value);
    byteLength += value?.length ?? 0;
  }
  if (refuseManyBytes(reply, { byteLength, what: 'values', hint: 'ask for fewer keys' })) return;
  reply.array(values.length);
  for (const value of values) {
    if (value === undefined) reply.nil();
    else value.writeTo(reply);
  }
}

function deleteRow(name: string, since: string): CommandRow<Storage> {
  return {
    name,
    arity: -2,
    flags: ['write'],
    keys: [1, -1, 1],
    group: 'generic',
    since,
    summary: 'Deletes entries and returns how many there were; each key for itself, not atomically',
    synopsis: 'key [key ...]',
    run: (storage, command, client) => {
      if (!servesAll(storage, command, client)) return;
      if (command.argumentCount === 2) {
        runWrite(storage, { kind: 'delete', key: command.latin1(1) }, client);
      } else deleteMany(storage, command, client);
    },
  };
}

/** Each key is deleted when nobody holds it; the reply comes with the last of them. */
function deleteMany(storage: Storage, command: Command, client: Client): void {
  let count = 0;
  let waits = 0;
  let refused: WriteRefusal | undefined;
  let isSuspended = false;
  const take = (outcome: ReturnType<Storage['write']>): void => {
    if (outcome === 1) count += 1;
    else if (typeof outcome === 'object') refused = outcome;
  };
  const answer = (): void => {
    client.answer((reply) => writeCount(reply, count, refused));
  };
  for (let i = 1; i < command.argumentCount; i += 1) {
    const write = { kind: 'delete', key: command.latin1(i) } as const;
    const outcome = storage.write(write, {
      client,
      deliver: (late) => {
        take(late);
        waits -= 1;
        if (waits === 0 && isSuspended) answer();
      },
    });
    if (outcome === 'waits') waits += 1;
    else take(outcome);
  }
  if (waits === 0) writeCount(client.reply, count, refused);
  else {
    isSuspended = true;
    client.suspend();
  }
}

function writeCount(reply: Reply, count: number, refused: WriteRefusal | undefined): void {
  if (refused === undefined) reply.integer(count);
  else reply.error(refused.code, `${refused.message}; ${count} keys were deleted`);
}

/** Whether the client may use all keys from argument 1 on; false: it was answered why not. */
function servesAll(storage: Storage, command: Command, client: Client): boolean {
  for (let i = 1; i < command.argumentCount; i += 1) {
    if (!storage.serves(command, i, client)) return false;
  }
  return true;
}
