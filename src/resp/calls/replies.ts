import { AtollError } from '../../core/errors.ts';
import type { ReplyValue } from '../reply-value.ts';

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

/** `DEL` of one key: whether something was done. */
export function wasDone(reply: ReplyValue): boolean {
  if (reply === 0 || reply === 1) return reply === 1;
  throw unexpected('0 or 1', reply);
}

/** What to answer to a reply of another shape than the command's. */
export function unexpected(expected: string, reply: ReplyValue): AtollError {
  const shape = Array.isArray(reply) ? 'an array' : typeof reply;
  const came = reply === null ? 'nil' : shape;
  return new AtollError('RESP_PROTOCOL', `expected ${expected} as the reply, got ${came}`);
}
