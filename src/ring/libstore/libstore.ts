import type { AtollError } from '../../core/errors.ts';

/** How long a call may take. */
export interface LibstoreCallOptions {
  /** After so long the call fails with `DEADLINE_EXCEEDED`, or with what kept it from being answered. Milliseconds. */
  readonly timeoutMs?: number;
}

/** Which part of a list is wanted. */
export interface ListOptions extends LibstoreCallOptions {
  /** So many of the newest items, at least 1; all if not given. */
  readonly newest?: number;
}

/** The reads of a `Libstore`, which give what is at hand as it is, and not as a promise. */
export interface ReadyReads {
  get(key: string, options?: LibstoreCallOptions): string | undefined | Promise<string | undefined>;
  getList(
    key: string,
    options?: ListOptions,
  ): readonly string[] | undefined | Promise<readonly string[] | undefined>;
  getLists(keys: readonly string[], options?: ListOptions): ReadLists | Promise<ReadLists>;
}

/** An element that could not be read is its fault. */
export type ReadValues = readonly (string | undefined | AtollError)[];
export type ReadLists = readonly (readonly string[] | undefined | AtollError)[];

/** What a Libstore did since it was made. */
export interface LibstoreStatistics {
  /** Reads that were answered from a copy, without asking anybody. */
  readonly hits: number;
  /** Reads that a node was asked for. */
  readonly misses: number;
  readonly leasesGranted: number;
  /** Leases that owners asked back. */
  readonly revocations: number;
  /** Batches of requests that left together: each costs its callers one round trip. */
  readonly roundTrips: number;
  /** Commands for values and lists that were sent, repeated ones included. */
  readonly requests: number;
  /** … that had been sent before. */
  readonly retries: number;
}

/**
 * A handle on a ring store (Tribbler §3.2). Keys hold either a value or a list of different items; text only.
 *
 * Every operation on a key is linearizable, reads that are answered from a copy included. Nothing is promised
 * about two keys together.
 *
 * Calls reject with an `AtollError`: `RING_WRONG_KIND` when a value is used as a list or a list as a value,
 * `USAGE` for arguments out of range, `RING_NOT_READY`, `CONNECT_FAILED`, `CONNECTION_LOST` or `DEADLINE_EXCEEDED`
 * when the owner could not be asked in time. A write that failed so may have been applied, once, or not at all.
 */
export interface Libstore {
  /** The value; undefined if the key has no entry. */
  get(key: string, options?: LibstoreCallOptions): Promise<string | undefined>;
  /** Sets the value, whether or not there was one. */
  put(key: string, value: string, options?: LibstoreCallOptions): Promise<void>;
  /** Sets the value if the key has no entry. Of several that try at once, one gets true. */
  putIfAbsent(key: string, value: string, options?: LibstoreCallOptions): Promise<boolean>;
  /** Removes the entry, value or list. False: there was none. */
  delete(key: string, options?: LibstoreCallOptions): Promise<boolean>;
  /** The list in the order of appending, or its end; undefined if there is none. An empty list is no list. */
  getList(key: string, options?: ListOptions): Promise<readonly string[] | undefined>;
  /** Appends the item. False: it was there, and stays where it was. */
  appendToList(key: string, item: string, options?: LibstoreCallOptions): Promise<boolean>;
  /** Removes the item. False: it was not there. */
  removeFromList(key: string, item: string, options?: LibstoreCallOptions): Promise<boolean>;
  /** Many values, in one round trip for each server. An element that could not be read is its fault. */
  getMany(keys: readonly string[], options?: LibstoreCallOptions): Promise<ReadValues>;
  /**
   * Many lists, in one round trip for each server. An element that could not be read is its fault. Keys in a frozen array that is passed
   * again and again are found faster.
   */
  getLists(keys: readonly string[], options?: ListOptions): Promise<ReadLists>;
  /** Where copies are held: reads that they answer in the same turn. */
  readonly ready?: ReadyReads;
  statistics(): LibstoreStatistics;
  /** Gives all leases back and ends all connections. What is under way fails with `CLIENT_CLOSED`. */
  close(): Promise<void>;
}
