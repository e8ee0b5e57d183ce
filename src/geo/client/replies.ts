import { AtollError } from '../../core/errors.ts';
import type { ReplyValue } from '../../resp/reply-value.ts';

/** One page of a list: where to go on (undefined at the end), and keys and values in turn. */
export interface ListPage {
  readonly cursor: Uint8Array | undefined;
  readonly keysAndValues: readonly Uint8Array[];
}

/** `GET`, strings as text. */
export function textOrNothing(reply: ReplyValue): string | undefined {
  if (typeof reply === 'string') return reply;
  if (reply === null) return undefined;
  throw unexpected('a value or nil', reply);
}

/** `GET`, strings as bytes. */
export function bytesOrNothing(reply: ReplyValue): Uint8Array | undefined {
  if (reply instanceof Uint8Array) return reply;
  if (reply === null) return undefined;
  throw unexpected('a value or nil', reply);
}

/** `SET` */
export function done(reply: ReplyValue): void {
  if (reply !== 'OK') throw unexpected('OK', reply);
}

/** `DEL` of one key. */
export function wasDeleted(reply: ReplyValue): boolean {
  if (reply === 0 || reply === 1) return reply === 1;
  throw unexpected('0 or 1', reply);
}

/** `LIST`, strings as bytes: a cursor need not be text. */
export function listPage(reply: ReplyValue): ListPage {
  const expected = 'a cursor and pairs';
  if (!Array.isArray(reply) || reply.length !== 2) throw unexpected(expected, reply);
  const [cursor, content] = reply as readonly ReplyValue[];
  if (!(cursor instanceof Uint8Array) || !Array.isArray(content) || content.length % 2 !== 0) {
    throw unexpected(expected, reply);
  }
  const keysAndValues: Uint8Array[] = [];
  for (const part of content as readonly ReplyValue[]) {
    if (!(part instanceof Uint8Array)) throw unexpected(expected, reply);
    keysAndValues.push(part);
  }
  return { cursor: cursor.length === 0 ? undefined : cursor, keysAndValues };
}

function unexpected(expected: string, reply: ReplyValue): AtollError {
  const shape = Array.isArray(reply) ? 'an array' : typeof reply;
  const came = reply === null ? 'nil' : shape;
  return new AtollError('RESP_PROTOCOL', `expected ${expected} as the reply, got ${came}`);
}
