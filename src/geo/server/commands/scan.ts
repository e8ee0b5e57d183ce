import { clientLimits, geoLimits, serverLimits } from '../../../core/limits.ts';
import type { Client } from '../../../resp/client.ts';
import type { Command } from '../../../resp/command.ts';
import type { CommandRow } from '../../../resp/command-table.ts';
import { Glob } from '../../../resp/glob.ts';
import type { Replica } from '../replica.ts';

/** Keys by pattern, for people and tools. Programs list by prefix: `LIST`. */
export const scanCommands: readonly CommandRow<Replica>[] = [
  {
    name: 'scan',
    arity: -2,
    flags: ['readonly'],
    keys: [0, 0, 0],
    group: 'generic',
    since: '2.8.0',
    summary: 'Returns some keys and the cursor to go on with, 0 at the end',
    synopsis: 'cursor [MATCH pattern] [COUNT count] [TYPE type]',
    run: scan,
  },
  {
    name: 'keys',
    arity: 2,
    flags: ['readonly'],
    keys: [0, 0, 0],
    group: 'generic',
    since: '1.0.0',
    summary: 'Returns all keys that match a pattern',
    synopsis: 'pattern',
    run: keys,
  },
];

const countDefault = 10;
/** What a key takes in a reply besides itself: `$4096`, CR LF, CR LF. */
const stringHeadBytesMax = 9;
const keyBytes: Buffer = Buffer.alloc(clientLimits.keyBytesMax);

function scan(replica: Replica, command: Command, client: Client): void {
  const { reply } = client;
  const cursor = command.integer(1);
  if (cursor === undefined || cursor < 0) {
    reply.error('ERR', 'invalid cursor');
    return;
  }
  const options = parseScanOptions(command, client);
  if (options === undefined) return;
  const { glob, count, isString } = options;
  const found: number[] = [];
  const next = replica.table.scan(cursor, count, (reference) => {
    if (isString && !replica.isDue(reference) && isMatch(replica, reference, glob)) {
      found.push(reference);
    }
  });
  reply.array(2);
  reply.bulkLatin1(String(next));
  reply.array(found.length);
  for (const reference of found) replica.table.writeKey(reference, reply);
}

interface ScanOptions {
  readonly glob: Glob | undefined;
  readonly count: number;
  readonly isString: boolean;
}

/** Undefined: an error was replied. */
function parseScanOptions(command: Command, client: Client): ScanOptions | undefined {
  let glob: Glob | undefined;
  let count = countDefault;
  let isString = true;
  for (let i = 2; i < command.argumentCount; i += 2) {
    const hasValue = i + 1 < command.argumentCount;
    if (hasValue && command.is(i, 'MATCH')) {
      glob = parsePattern(command, i + 1, client);
      if (glob === undefined) return undefined;
    } else if (hasValue && command.is(i, 'COUNT')) {
      const value = command.integer(i + 1);
      if (value === undefined) {
        client.reply.error('ERR', 'value is not an integer or out of range');
        return undefined;
      }
      if (value < 1) return replySyntaxError(client);
      count = Math.min(value, geoLimits.scanVisitsMax);
    } else if (hasValue && command.is(i, 'TYPE')) {
      isString = command.is(i + 1, 'STRING');
    } else return replySyntaxError(client);
  }
  return { glob, count, isString };
}

function keys(replica: Replica, command: Command, client: Client): void {
  const glob = parsePattern(command, 1, client);
  if (glob === undefined) return;
  const { table } = replica;
  const found: number[] = [];
  let byteLength = 0;
  // What the pattern begins with literally is a prefix, and the index knows where its keys are.
  const prefix = glob.literalPrefix;
  const range = {
    prefix,
    prefixStart: 0,
    prefixEnd: prefix.length,
    after: prefix,
    afterStart: 0,
    afterEnd: 0,
  };
  table.list(range, (reference) => {
    if (replica.isDue(reference) || !isMatch(replica, reference, glob)) return true;
    byteLength += table.keyLength(reference) + stringHeadBytesMax;
    found.push(reference);
    return byteLength <= serverLimits.manyReplyBytesMax;
  });
  if (byteLength > serverLimits.manyReplyBytesMax) {
    const bytesMax = serverLimits.manyReplyBytesMax;
    client.reply.error('ERR', `the reply would have more than ${bytesMax} bytes: use SCAN or LIST`);
    return;
  }
  client.reply.array(found.length);
  for (const reference of found) table.writeKey(reference, client.reply);
}

/** Undefined: an error was replied. */
function parsePattern(command: Command, index: number, client: Client): Glob | undefined {
  const length = command.end(index) - command.start(index);
  if (length <= serverLimits.patternBytesMax) return new Glob(command.copy(index));
  const bytesMax = serverLimits.patternBytesMax;
  client.reply.error('ERR', `the pattern has ${length} bytes, at most ${bytesMax} are taken`);
  return undefined;
}

function isMatch({ table }: Replica, reference: number, glob: Glob | undefined): boolean {
  return glob === undefined || glob.matches(keyBytes, 0, table.readKey(reference, keyBytes));
}

function replySyntaxError(client: Client): undefined {
  client.reply.error('ERR', 'syntax error');
  return undefined;
}
