import { serverLimits } from '../../../core/limits.ts';
import type { Client } from '../../../resp/client.ts';
import type { Command } from '../../../resp/command.ts';
import type { CommandRow } from '../../../resp/command-table.ts';
import type { Reply } from '../../../resp/reply.ts';
import type { Replica } from '../replica.ts';

/** CMUD §3.1 List: all pairs whose key begins with a prefix, in pages. */
export const listCommands: readonly CommandRow<Replica>[] = [
  {
    name: 'list',
    arity: -2,
    flags: ['readonly'],
    keys: [1, 1, 1],
    group: 'geo',
    since: '0.1.0',
    summary:
      'Returns keys and values under a prefix in the order of the keys, and the cursor of the next page, empty at the end',
    synopsis: 'prefix [CURSOR cursor] [LIMIT count]',
    run: list,
  },
];

const { listPageEntriesMax, listPageBytesMax } = serverLimits;

function list(replica: Replica, command: Command, client: Client): void {
  let cursor = 0;
  let limit = listPageEntriesMax as number;
  for (let i = 2; i < command.argumentCount; i += 2) {
    const count = command.is(i, 'LIMIT') ? command.integer(i + 1) : undefined;
    const isCursor = command.is(i, 'CURSOR') && i + 1 < command.argumentCount;
    if (isCursor) cursor = i + 1;
    else if (count !== undefined && count >= 1) limit = Math.min(count, listPageEntriesMax);
    else {
      const fault =
        'syntax error, expected LIST prefix [CURSOR cursor] [LIMIT count], count from 1';
      client.reply.error('ERR', fault);
      return;
    }
  }
  writePage(replica, findPage(replica, command, cursor, limit), client.reply);
}

interface Page {
  readonly references: readonly number[];
  /** There are entries behind the last one. */
  readonly hasMore: boolean;
}

/**
 * A cursor is the last key of the page before: whatever is written meanwhile, the next page begins behind it,
 * and no key that is there all the time is missed or told twice. `cursor` 0: there is no such argument.
 */
function findPage(replica: Replica, command: Command, cursor: number, limit: number): Page {
  const { table } = replica;
  const { bytes } = command;
  const references: number[] = [];
  let byteLength = 0;
  let hasMore = false;
  const range = {
    prefix: bytes,
    prefixStart: command.start(1),
    prefixEnd: command.end(1),
    after: bytes,
    afterStart: cursor === 0 ? 0 : command.start(cursor),
    afterEnd: cursor === 0 ? 0 : command.end(cursor),
  };
  table.list(range, (reference) => {
    if (replica.isDue(reference)) return true;
    byteLength += table.keyLength(reference) + table.valueLength(reference);
    const isFull = references.length === limit || byteLength > listPageBytesMax;
    // One entry always fits, or nobody would ever get past it.
    hasMore = isFull && references.length > 0;
    if (!hasMore) references.push(reference);
    return !hasMore;
  });
  return { references, hasMore };
}

function writePage({ table }: Replica, { references, hasMore }: Page, reply: Reply): void {
  const last = references.at(-1);
  reply.array(2);
  if (hasMore && last !== undefined) table.writeKey(last, reply);
  else reply.bulkLatin1('');
  reply.array(references.length * 2);
  for (const reference of references) {
    table.writeKey(reference, reply);
    table.writeValue(reference, reply);
  }
}
