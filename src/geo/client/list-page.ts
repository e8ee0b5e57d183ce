import { unexpected } from '../../resp/calls/replies.ts';
import type { ReplyValue } from '../../resp/reply-value.ts';

/** One page of a list: where to go on (undefined at the end), and keys and values in turn. */
export interface ListPage {
  readonly cursor: Uint8Array | undefined;
  readonly keysAndValues: readonly Uint8Array[];
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
