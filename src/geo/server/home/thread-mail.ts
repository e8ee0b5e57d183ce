import type { ErrorCode } from '../../../core/errors.ts';
import type { QueryBeginning } from '../query/query-exchange.ts';
import type { Slice } from './everything.ts';
import type { WantedSlice } from './snapshot-slices.ts';

/** What the gateway of thread 0 posts to those of the query ports. */
export type ToQueryPort =
  /** A pack of entries of an earlier life. Each is answered. */
  | { kind: 'load'; pack: Uint8Array }
  | { kind: 'begin'; beginning: QueryBeginning }
  /** Take queries from now on. Answered. */
  | { kind: 'open' }
  /** The next slice of everything is wanted. Answered. */
  | ({ kind: 'slice' } & WantedSlice)
  /** The journal has taken writes up to this one: where replies do not wait for the disk. */
  | { kind: 'logged'; sequence: number }
  /** Writes up to this one are durable. */
  | { kind: 'durable'; sequence: number }
  /** Nothing becomes durable any more. */
  | { kind: 'journal failed'; code: ErrorCode; message: string };

/** And what they post to it. */
export type FromQueryPort =
  | { kind: 'loaded'; bytes: number }
  /** `isThere` false: what is needed is not there yet. */
  | ({ kind: 'sliced' } & Slice)
  | { kind: 'opened'; port: number }
  | { kind: 'not opened'; code: ErrorCode; message: string }
  /** Own writes up to `upTo`, to be kept. */
  | { kind: 'log'; origin: string; upTo: number; entries: Uint8Array };
