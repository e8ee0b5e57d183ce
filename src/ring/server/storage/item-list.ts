import type { Reply } from '../../../resp/reply.ts';

/**
 * A list without duplicates in the order of appending: AppendToList, RemoveFromList, and reads of a range. Tribbler §3.2. To be
 * read: what changes it is the table's.
 */
export interface ItemList {
  readonly size: number;
  /** Of all items together. */
  readonly byteLength: number;
  /** Calls `visit` for the items from position `start` to `end` (excluded), oldest first. */
  forRange(start: number, end: number, visit: (item: string) => void): void;
  /** The same items as binary-safe strings in the reply. */
  writeRange(start: number, end: number, reply: Reply): void;
  /** All of it as it is now, whatever happens to it later. */
  capture(): CapturedItems;
}

/** A list as it was when it was captured, in pieces, oldest first. */
export type CapturedItems = readonly { readonly items: readonly string[] }[];
