import { serverLimits } from '../../../core/limits.ts';
import type { Client } from '../../../resp/client.ts';
import type { Command } from '../../../resp/command.ts';
import type { CommandRow } from '../../../resp/command-table.ts';
import { refuseManyBytes } from '../../../resp/many-reply.ts';
import type { Storage } from '../storage/storage.ts';
import type { ItemList } from '../storage/item-list.ts';
import type { Entry } from '../storage/table.ts';
import { Value } from '../storage/value.ts';
import { writeOutcome, writeWrongType } from '../storage/write.ts';
import { runWrite } from './run-write.ts';

/** Lists without duplicates, in the order of appending: Tribbler §3.2 GetList, AppendToList, RemoveFromList. */
export const listCommands: readonly CommandRow<Storage>[] = [
  {
    name: 'lrange',
    arity: 4,
    flags: ['readonly'],
    keys: [1, 1, 1],
    group: 'list',
    since: '1.0.0',
    summary: 'Returns a range of the items of a list; negative positions count from the newest',
    synopsis: 'key start stop',
    run: (storage, command, client) => {
      if (!storage.serves(command, 1, client)) return;
      const range = parseRange(command, client);
      if (range === undefined) return;
      const items = findItems(storage.find(command, 1), range, client);
      if (items !== undefined) writeItems(items, client);
    },
  },
  {
    name: 'llen',
    arity: 2,
    flags: ['readonly', 'fast'],
    keys: [1, 1, 1],
    group: 'list',
    since: '1.0.0',
    summary: 'Returns how many items a list has, 0 if there is none',
    synopsis: 'key',
    run: (storage, command, client) => {
      if (!storage.serves(command, 1, client)) return;
      const entry = storage.find(command, 1);
      if (entry instanceof Value) writeWrongType(client.reply);
      else client.reply.integer(entry?.size ?? 0);
    },
  },
  {
    name: 'ladd',
    arity: 3,
    flags: ['write', 'fast'],
    keys: [1, 1, 1],
    group: 'list',
    since: '0.1.0',
    summary: 'Appends an item to a list and returns 1; 0 if it was there already',
    synopsis: 'key item',
    run: (storage, command, client) => {
      if (!storage.serves(command, 1, client)) return;
      if (storage.isQuiet) {
        writeOutcome(client.reply, storage.appendNow(command));
        return;
      }
      const key = command.latin1(1);
      const item = command.latin1(2);
      runWrite(storage, { kind: 'append', key, item }, client);
    },
  },
  {
    name: 'lremove',
    arity: 3,
    flags: ['write', 'fast'],
    keys: [1, 1, 1],
    group: 'list',
    since: '0.1.0',
    summary: 'Removes an item from a list and returns 1; 0 if it was not there',
    synopsis: 'key item',
    run: (storage, command, client) => {
      if (!storage.serves(command, 1, client)) return;
      const key = command.latin1(1);
      const item = command.latin1(2);
      if (storage.isQuiet) writeOutcome(client.reply, storage.remove(key, item));
      else runWrite(storage, { kind: 'remove', key, item }, client);
    },
  },
];

/** Positions as they were asked for. */
export interface AskedRange {
  readonly start: number;
  readonly stop: number;
}

/** Items of a list: the ones from position `start` to `end` (excluded). */
export interface FoundItems {
  readonly list: ItemList | undefined;
  readonly start: number;
  readonly end: number;
}

/** The range of arguments 2 and 3; undefined: an error was replied. */
export function parseRange(command: Command, { reply }: Client): AskedRange | undefined {
  const start = command.integer(2);
  const stop = command.integer(3);
  if (start !== undefined && stop !== undefined) return { start, stop };
  reply.error('ERR', 'value is not an integer or out of range');
  return undefined;
}

/** What of an entry is in a range, as Redis reads it; undefined: an error was replied. */
export function findItems(
  entry: Entry | undefined,
  { start, stop }: AskedRange,
  { reply }: Client,
): FoundItems | undefined {
  if (entry instanceof Value) {
    writeWrongType(reply);
    return undefined;
  }
  const size = entry?.size ?? 0;
  const first = Math.max(0, start < 0 ? size + start : start);
  const end = Math.max(first, Math.min(size, (stop < 0 ? size + stop : stop) + 1));
  const found = { list: entry, start: first, end };
  if (entry === undefined || entry.byteLength <= serverLimits.manyReplyBytesMax) return found;
  let byteLength = 0;
  entry.forRange(first, end, (item) => (byteLength += item.length));
  const isRefused = refuseManyBytes(reply, { byteLength, what: 'items', hint: 'ask for fewer' });
  return isRefused ? undefined : found;
}

export function writeItems({ list, start, end }: FoundItems, { reply }: Client): void {
  reply.array(end - start);
  list?.writeRange(start, end, reply);
}
