import { AtollError } from '../../core/errors.ts';
import { ringLimits } from '../../core/limits.ts';
import {
  checkKey,
  checkTimeoutMs as checkPositive,
  checkValue,
} from '../../resp/calls/arguments.ts';
import { done, textOrNothing, unexpected, wasDone } from '../../resp/calls/replies.ts';
import type { ReplyValue } from '../../resp/reply-value.ts';
import type { Question } from './operation.ts';

/** Each call of a Libstore as what it asks of the owner. Throws `USAGE` for arguments out of range. */
export function get(key: string, isLeased: boolean): Question<string | undefined> {
  return {
    key: checkText(key),
    kind: isLeased ? 'leased read' : 'read',
    parts: [isLeased ? 'GETLEASE' : 'GET', key],
    interpret: textOrNothing,
  };
}

export function getList(
  key: string,
  newest: number,
  isLeased: boolean,
): Question<readonly string[] | undefined> {
  return {
    key: checkText(key),
    kind: isLeased ? 'leased read' : 'read',
    parts: [isLeased ? 'LRANGELEASE' : 'LRANGE', key, firstOf(newest), -1],
    newest,
    interpret: itemsOrNothing,
  };
}

export function put(key: string, value: string): Question<void> {
  return write(key, ['SET', key, checkItem(value)], done);
}

export function putIfAbsent(key: string, value: string): Question<boolean> {
  return write(key, ['SET', key, checkItem(value), 'NX'], (reply) => {
    if (reply === 'OK' || reply === null) return reply === 'OK';
    throw unexpected('OK or nil', reply);
  });
}

export function remove(key: string): Question<boolean> {
  return write(key, ['DEL', key], wasDone);
}

export function append(key: string, item: string): Question<boolean> {
  return write(key, ['LADD', key, checkItem(item)], wasDone);
}

export function removeItem(key: string, item: string): Question<boolean> {
  return write(key, ['LREMOVE', key, checkItem(item)], wasDone);
}

/** A write is repeated until its deadline, and its node forgets repeated writes some time after: "Once". */
export function checkTimeoutMs(timeoutMs: number): number {
  if (checkPositive(timeoutMs) <= ringLimits.callMsMax) return timeoutMs;
  const most = `at most ${ringLimits.callMsMax}`;
  throw new AtollError('USAGE', `timeoutMs must be ${most}, got ${timeoutMs}`);
}

/**
 * Half a character of UTF-16 would come back from a node as another one, so a revocation would not find its copy.
 */
export function checkText(key: string): string {
  checkKey(key);
  if (/\p{Surrogate}/u.test(key)) throw new AtollError('USAGE', 'a key holds half a character');
  return key;
}

export function checkItem(item: string): string {
  checkValue(item);
  return item;
}

/** What of a failed call is an element of many: bugs are thrown on. */
export function asFault(error: unknown): AtollError {
  if (error instanceof AtollError) return error;
  throw error;
}

/** A number of items that can be asked for; `Infinity`: all. */
export function isNewest(newest: number): boolean {
  return newest === Infinity || (Number.isSafeInteger(newest) && newest >= 1);
}

export function checkNewest(newest: number): number {
  if (isNewest(newest)) return newest;
  throw new AtollError('USAGE', `newest must be a whole number of at least 1, got ${newest}`);
}

/** The position of the first of the `newest` items. */
function firstOf(newest: number): number {
  return checkNewest(newest) === Infinity ? 0 : -newest;
}

function write<Result>(
  key: string,
  parts: Question<Result>['parts'],
  interpret: (reply: ReplyValue) => Result,
): Question<Result> {
  return { key: checkText(key), kind: 'write', parts, interpret };
}

/** `LRANGE`: an empty list is no list. Frozen, since a copy is handed to whoever asks. */
function itemsOrNothing(reply: ReplyValue): readonly string[] | undefined {
  if (!Array.isArray(reply)) throw unexpected('items', reply);
  const items: string[] = [];
  for (const item of reply as readonly ReplyValue[]) {
    if (typeof item !== 'string') throw unexpected('items', item);
    items.push(item);
  }
  return items.length === 0 ? undefined : Object.freeze(items);
}

/** `[content, lease id, lease ms]` */
export function leaseOf(reply: ReplyValue): {
  readonly content: ReplyValue;
  readonly leaseId: number;
  readonly leaseMs: number;
} {
  if (!Array.isArray(reply)) throw unexpected('a content and its lease', reply);
  const [content, leaseId, leaseMs] = reply as readonly ReplyValue[];
  if (content === undefined || typeof leaseId !== 'number' || typeof leaseMs !== 'number') {
    throw unexpected('a content and its lease', reply);
  }
  return { content, leaseId, leaseMs };
}
