import type { Client } from '../../../resp/client.ts';
import type { Command } from '../../../resp/command.ts';
import type { CommandRow } from '../../../resp/command-table.ts';
import type { Replica } from '../replica.ts';
import { parseExpiry, type ExpiryUnit } from './expiry-time.ts';

/** When keys end: setting it is a write of the whole entry, with a stamp of its own. */
export const expiryCommands: readonly CommandRow<Replica>[] = [
  expireRow('expire', 'seconds', '1.0.0'),
  expireRow('pexpire', 'milliseconds', '2.6.0'),
  expireRow('expireat', 'unix-time-seconds', '1.2.0'),
  expireRow('pexpireat', 'unix-time-milliseconds', '2.6.0'),
  ttlRow('ttl', '1.0.0', 'Returns how many seconds a key has left', (replica, expiryMs) =>
    toSeconds(expiryMs - replica.nowMs),
  ),
  ttlRow(
    'pttl',
    '2.6.0',
    'Returns how many milliseconds a key has left',
    (replica, expiryMs) => expiryMs - replica.nowMs,
  ),
  ttlRow('expiretime', '7.0.0', 'Returns the Unix time in seconds at which a key ends', (_, ms) =>
    toSeconds(ms),
  ),
  ttlRow(
    'pexpiretime',
    '7.0.0',
    'Returns the Unix time in milliseconds at which a key ends',
    (_, expiryMs) => expiryMs,
  ),
  {
    name: 'persist',
    arity: 2,
    flags: ['write', 'fast'],
    keys: [1, 1, 1],
    group: 'generic',
    since: '2.2.0',
    summary: 'Lets a key live for ever; the value becomes the latest write, as with SET',
    synopsis: 'key',
    run: (replica, command, { reply }) => {
      const reference = replica.find(command, 1);
      const hasEnd = reference >= 0 && replica.table.expiryMs(reference) !== 0;
      if (hasEnd) replica.setExpiry(reference, 0);
      reply.integer(hasEnd ? 1 : 0);
    },
  },
];

function expireRow(name: string, unit: ExpiryUnit, since: string): CommandRow<Replica> {
  const isRelative = unit === 'seconds' || unit === 'milliseconds';
  return {
    name,
    arity: -3,
    flags: ['write', 'fast'],
    keys: [1, 1, 1],
    group: 'generic',
    since,
    summary: `Lets a key end ${isRelative ? 'after so many' : 'at a time in'} ${unit}; the value becomes the latest write, as with SET`,
    synopsis: `key ${unit} [NX | XX | GT | LT]`,
    run: (replica, command, client) => expire(replica, command, client, unit, name),
  };
}

function ttlRow(
  name: string,
  since: string,
  summary: string,
  answer: (replica: Replica, expiryMs: number) => number,
): CommandRow<Replica> {
  return {
    name,
    arity: 2,
    flags: ['readonly', 'fast'],
    keys: [1, 1, 1],
    group: 'generic',
    since,
    summary: `${summary}: −1 if it has no end, −2 if there is no such key`,
    synopsis: 'key',
    run: (replica, command, { reply }) => {
      const reference = replica.read(command, 1);
      if (reference < 0) {
        reply.integer(-2);
        return;
      }
      const expiryMs = replica.table.expiryMs(reference);
      reply.integer(expiryMs === 0 ? -1 : answer(replica, expiryMs));
    },
  };
}

function expire(
  replica: Replica,
  command: Command,
  client: Client,
  unit: ExpiryUnit,
  name: string,
): void {
  const expiryMs = parseExpiry(replica, command, 2, unit, { mayBePast: true }, client, name);
  if (expiryMs === undefined) return;
  const condition = parseCondition(command, client);
  if (condition === undefined) return;
  const reference = replica.find(command, 1);
  if (reference < 0 || !isMet(condition, replica.table.expiryMs(reference), expiryMs)) {
    client.reply.integer(0);
    return;
  }
  // As in Redis: a time that is over deletes the key at once.
  if (expiryMs <= replica.nowMs) replica.delete(reference);
  else replica.setExpiry(reference, expiryMs);
  client.reply.integer(1);
}

interface Condition {
  readonly nx: boolean;
  readonly xx: boolean;
  readonly gt: boolean;
  readonly lt: boolean;
}

/** Undefined: an error was replied. */
function parseCondition(command: Command, client: Client): Condition | undefined {
  const condition = { nx: false, xx: false, gt: false, lt: false };
  for (let i = 3; i < command.argumentCount; i += 1) {
    if (command.is(i, 'NX')) condition.nx = true;
    else if (command.is(i, 'XX')) condition.xx = true;
    else if (command.is(i, 'GT')) condition.gt = true;
    else if (command.is(i, 'LT')) condition.lt = true;
    else {
      client.reply.error('ERR', `Unsupported option ${command.text(i).slice(0, 32)}`);
      return undefined;
    }
  }
  const { nx, xx, gt, lt } = condition;
  if (nx && (xx || gt || lt)) {
    client.reply.error('ERR', 'NX and XX, GT or LT options at the same time are not compatible');
    return undefined;
  }
  if (gt && lt) {
    client.reply.error('ERR', 'GT and LT options at the same time are not compatible');
    return undefined;
  }
  return condition;
}

/** As in Redis: for GT and LT a key without an end ends in infinity. */
function isMet({ nx, xx, gt, lt }: Condition, currentMs: number, expiryMs: number): boolean {
  if (nx && currentMs !== 0) return false;
  if (xx && currentMs === 0) return false;
  if (gt && (currentMs === 0 || expiryMs <= currentMs)) return false;
  return !lt || currentMs === 0 || expiryMs < currentMs;
}

/** Rounded to the nearest second, as Redis does. */
function toSeconds(milliseconds: number): number {
  return Math.floor((milliseconds + 500) / 1000);
}
