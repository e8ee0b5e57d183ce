import type { Client } from '../../../resp/client.ts';
import type { Command } from '../../../resp/command.ts';
import type { Replica } from '../replica.ts';

/** What the number in a command means. */
export type ExpiryUnit =
  | 'seconds'
  | 'milliseconds'
  | 'unix-time-seconds'
  | 'unix-time-milliseconds';

/**
 * Argument `index` as a moment in wall milliseconds, at least 1; undefined: an error was replied, in the words of
 * Redis. A moment that is past is meant seriously by EXPIRE (it deletes) and a mistake in SET, unless it is 0
 * or less.
 */
export function parseExpiry(
  replica: Replica,
  command: Command,
  index: number,
  unit: ExpiryUnit,
  { mayBePast }: { mayBePast: boolean },
  client: Client,
  name: string,
): number | undefined {
  const value = command.integer(index);
  if (value === undefined) {
    client.reply.error('ERR', 'value is not an integer or out of range');
    return undefined;
  }
  const isSeconds = unit === 'seconds' || unit === 'unix-time-seconds';
  const isRelative = unit === 'seconds' || unit === 'milliseconds';
  const expiryMs = (isSeconds ? value * 1000 : value) + (isRelative ? replica.nowMs : 0);
  if (!Number.isSafeInteger(expiryMs) || (!mayBePast && value <= 0)) {
    client.reply.error('ERR', `invalid expire time in '${name}' command`);
    return undefined;
  }
  return Math.max(1, expiryMs);
}
