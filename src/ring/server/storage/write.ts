import type { Reply } from '../../../resp/reply.ts';

/** A change of one key. Keys, values and items are strings of which each character is one byte. */
export type Write =
  | { readonly kind: 'set'; readonly key: string; readonly value: string }
  /** Only if there is no entry. */
  | { readonly kind: 'set absent'; readonly key: string; readonly value: string }
  | { readonly kind: 'delete'; readonly key: string }
  | { readonly kind: 'append'; readonly key: string; readonly item: string }
  | { readonly kind: 'remove'; readonly key: string; readonly item: string };

/** The number that a Libstore gave a write, so that it is applied once however often it is sent. */
export interface Once {
  readonly client: string;
  readonly sequence: number;
  /** Below it, the client has its answers. */
  readonly floor: number;
}

/** What a write is answered with. `ok` and 1 say that it changed something. */
export type WriteReply = 'ok' | 'nil' | 0 | 1 | 'wrong type';

/** Why a write is not executed, as an error of the protocol. Nothing was changed. */
export interface WriteRefusal {
  readonly code: string;
  readonly message: string;
}

export type WriteOutcome = WriteReply | WriteRefusal;

export function writeOutcome(reply: Reply, outcome: WriteOutcome): void {
  if (typeof outcome === 'object') return reply.error(outcome.code, outcome.message);
  switch (outcome) {
    case 'ok':
      return reply.ok();
    case 'nil':
      return reply.nil();
    case 'wrong type':
      return writeWrongType(reply);
    default:
      return reply.integer(outcome);
  }
}

/** A list was used as a value, or a value as a list. */
export function writeWrongType(reply: Reply): void {
  // Redis: clients look for these very words.
  reply.error('WRONGTYPE', 'Operation against a key holding the wrong kind of value');
}

/** What a write holds while it waits. */
export function writeBytes(write: Write): number {
  const keyBytes = write.key.length;
  if (write.kind === 'delete') return keyBytes;
  if (write.kind === 'append' || write.kind === 'remove') return keyBytes + write.item.length;
  return keyBytes + write.value.length;
}
