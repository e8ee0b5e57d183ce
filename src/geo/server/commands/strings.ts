import type { Client } from '../../../resp/client.ts';
import type { Command } from '../../../resp/command.ts';
import type { CommandRow } from '../../../resp/command-table.ts';
import { refuseManyBytes } from '../../../resp/many-reply.ts';
import { keyFault } from '../../key.ts';
import type { Replica } from '../replica.ts';
import { parseExpiry, type ExpiryUnit } from './expiry-time.ts';

/** Whole values by key: CMUD §3.1 Get and Put. */
export const stringCommands: readonly CommandRow<Replica>[] = [
  {
    name: 'get',
    arity: 2,
    flags: ['readonly', 'fast'],
    keys: [1, 1, 1],
    group: 'string',
    since: '1.0.0',
    summary: 'Returns the value of a key',
    synopsis: 'key',
    run: (replica, command, { reply }) => {
      const reference = replica.read(command, 1);
      if (reference < 0) reply.nil();
      else replica.table.writeValue(reference, reply);
    },
  },
  {
    name: 'set',
    arity: -3,
    flags: ['write'],
    keys: [1, 1, 1],
    group: 'string',
    since: '1.0.0',
    summary: 'Sets the value of a key; the latest write of any server wins',
    synopsis:
      'key value [GET] [EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT unix-time-milliseconds | KEEPTTL]',
    run: set,
  },
  {
    name: 'setex',
    arity: 4,
    flags: ['write'],
    keys: [1, 1, 1],
    group: 'string',
    since: '2.0.0',
    summary: 'Sets the value of a key that ends after so many seconds',
    synopsis: 'key seconds value',
    run: (replica, command, client) => setWithTtl(replica, command, client, 'seconds'),
  },
  {
    name: 'psetex',
    arity: 4,
    flags: ['write'],
    keys: [1, 1, 1],
    group: 'string',
    since: '2.6.0',
    summary: 'Sets the value of a key that ends after so many milliseconds',
    synopsis: 'key milliseconds value',
    run: (replica, command, client) => setWithTtl(replica, command, client, 'milliseconds'),
  },
  {
    name: 'mget',
    arity: -2,
    flags: ['readonly', 'fast'],
    keys: [1, -1, 1],
    group: 'string',
    since: '1.0.0',
    summary: 'Returns the values of several keys',
    synopsis: 'key [key ...]',
    run: getMany,
  },
  {
    name: 'mset',
    arity: -3,
    flags: ['write'],
    keys: [1, -1, 2],
    group: 'string',
    since: '1.0.1',
    summary: 'Sets the values of several keys; each key for itself, not atomically',
    synopsis: 'key value [key value ...]',
    run: setMany,
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
    run: (replica, command, { reply }) => {
      const reference = replica.read(command, 1);
      reply.integer(reference < 0 ? 0 : replica.table.valueLength(reference));
    },
  },
  {
    name: 'getrange',
    arity: 4,
    flags: ['readonly'],
    keys: [1, 1, 1],
    group: 'string',
    since: '2.4.0',
    summary: 'Returns a part of a value; negative positions count from its end',
    synopsis: 'key start end',
    run: getRange,
  },
];

function getMany(replica: Replica, command: Command, { reply }: Client): void {
  const { table } = replica;
  const references: number[] = [];
  let byteLength = 0;
  // Burying what has ended, which reading does, leaves the references of other entries as they are.
  for (let i = 1; i < command.argumentCount; i += 1) {
    const reference = replica.read(command, i);
    references.push(reference);
    if (reference >= 0) byteLength += table.valueLength(reference);
  }
  if (refuseManyBytes(reply, { byteLength, what: 'values', hint: 'ask for fewer keys' })) return;
  reply.array(references.length);
  for (const reference of references) {
    if (reference < 0) reply.nil();
    else table.writeValue(reference, reply);
  }
}

function set(replica: Replica, command: Command, client: Client): void {
  const { reply } = client;
  if (!checkKey(command, 1, client)) return;
  if (command.argumentCount === 3) {
    replica.put(command, 1, 2, 0);
    reply.ok();
    return;
  }
  const options = parseSetOptions(replica, command, client);
  if (options === undefined) return;
  const isLookedUp = options.keepsTtl || options.returnsOld;
  const reference = isLookedUp ? replica.find(command, 1) : -1;
  const expiryMs =
    options.keepsTtl && reference >= 0 ? replica.table.expiryMs(reference) : options.expiryMs;
  if (!options.returnsOld) reply.ok();
  else if (reference < 0) reply.nil();
  else replica.table.writeValue(reference, reply);
  replica.put(command, 1, 2, expiryMs);
}

interface SetOptions {
  /** 0: it never ends. */
  readonly expiryMs: number;
  readonly keepsTtl: boolean;
  readonly returnsOld: boolean;
}

const expiryOptions: readonly (readonly [word: string, unit: ExpiryUnit])[] = [
  ['EX', 'seconds'],
  ['PX', 'milliseconds'],
  ['EXAT', 'unix-time-seconds'],
  ['PXAT', 'unix-time-milliseconds'],
];

/** Undefined: an error was replied. */
function parseSetOptions(
  replica: Replica,
  command: Command,
  client: Client,
): SetOptions | undefined {
  let expiryMs: number | undefined;
  let keepsTtl = false;
  let returnsOld = false;
  for (let i = 3; i < command.argumentCount; i += 1) {
    const unit = expiryOptions.find(([word]) => command.is(i, word))?.[1];
    const hasEnd = expiryMs !== undefined || keepsTtl;
    if (command.is(i, 'GET')) returnsOld = true;
    else if (command.is(i, 'KEEPTTL') && !hasEnd) keepsTtl = true;
    else if (unit !== undefined && !hasEnd && i + 1 < command.argumentCount) {
      i += 1;
      expiryMs = parseExpiry(replica, command, i, unit, { mayBePast: false }, client, 'set');
      if (expiryMs === undefined) return undefined;
    } else if (command.is(i, 'NX') || command.is(i, 'XX')) {
      client.reply.error('ERR', setConditionRefusal);
      return undefined;
    } else {
      client.reply.error('ERR', 'syntax error');
      return undefined;
    }
  }
  return { expiryMs: expiryMs ?? 0, keepsTtl, returnsOld };
}

const setConditionRefusal =
  'SET with NX or XX cannot be merged: another server may decide otherwise at the same moment. ' +
  'Give every key one writer and SET it without a condition';

function setWithTtl(replica: Replica, command: Command, client: Client, unit: ExpiryUnit): void {
  if (!checkKey(command, 1, client)) return;
  const name = unit === 'seconds' ? 'setex' : 'psetex';
  const expiryMs = parseExpiry(replica, command, 2, unit, { mayBePast: false }, client, name);
  if (expiryMs === undefined) return;
  replica.put(command, 1, 3, expiryMs);
  client.reply.ok();
}

function setMany(replica: Replica, command: Command, client: Client): void {
  if (command.argumentCount % 2 === 0) {
    client.reply.error('ERR', `wrong number of arguments for 'mset' command`);
    return;
  }
  for (let i = 1; i < command.argumentCount; i += 2) if (!checkKey(command, i, client)) return;
  for (let i = 1; i < command.argumentCount; i += 2) replica.put(command, i, i + 1, 0);
  client.reply.ok();
}

function getRange(replica: Replica, command: Command, { reply }: Client): void {
  const first = command.integer(2);
  const last = command.integer(3);
  if (first === undefined || last === undefined) {
    reply.error('ERR', 'value is not an integer or out of range');
    return;
  }
  const reference = replica.read(command, 1);
  if (reference < 0) {
    reply.bulkLatin1('');
    return;
  }
  const length = replica.table.valueLength(reference);
  const start = Math.max(0, first < 0 ? length + first : first);
  const end = Math.min(length, (last < 0 ? length + last : last) + 1);
  if (start >= end) reply.bulkLatin1('');
  else replica.table.writeValueSlice(reference, start, end, reply);
}

/** Longer keys than allowed do not come so far; an empty one does. False: an error was replied. */
function checkKey(command: Command, index: number, client: Client): boolean {
  const length = command.end(index) - command.start(index);
  if (length > 0) return true;
  client.reply.error('ERR', keyFault(length) ?? 'the key is empty');
  return false;
}
