import { batchCommandsMax } from '../../resp/command-batch.ts';
import type { Random } from '../../core/random.ts';
import type { Reply } from '../../resp/reply.ts';

/**
 * The table of keys of one query actor: every entry, found by key, by prefix in key order, by scanning, by
 * chance, by the time at which it ends.
 *
 * Nothing here is an object for each entry, nor a string: keys and values go in as positions in bytes, an
 * entry is named by a number (a reference), and what is read goes straight into the reply. So the
 * table may keep entries as it likes, in Maps and arrays or in one arena of bytes, and commands never know.
 *
 * An entry is live (has a value) or a tombstone (was deleted, or its value ended). The table reads no
 * clock: an entry whose time is over stays live until it is buried.
 *
 * References: valid until the entry is dropped, or until the next `put`, `bury` or `drop` of any key if
 * the code does not know that it was of another entry. Keep none over a turn.
 */
export interface Table {
  /** How many entries are live. */
  readonly size: number;
  /** How many are tombstones. */
  readonly tombstoneCount: number;
  /** How many live entries have an end. */
  readonly expiringCount: number;
  /** Every place is below this: `atPlace` of 0 to here visits every entry. Less again when the table is empty. */
  readonly placesEnd: number;
  /** Bytes that entries take, keys, values and what surrounds them: an estimate. */
  readonly byteLength: number;

  /**
   * Says which keys will be asked for next: the first `count` pairs of `ranges` are their starts and ends in
   * `bytes`. Changes nothing. One key after the other, the processor waits for memory for each; asked for
   * together, they arrive together. Requires: count ≤ `prefetchKeysMax`.
   */
  prefetch(bytes: Uint8Array, ranges: Int32Array, count: number): void;
  /** The entry of the key `bytes[start … end)`, tombstones too; −1: none. */
  find(bytes: Uint8Array, start: number, end: number): number;

  /**
   * Makes the entry of the key live, with this value, and returns its reference. Creates the entry if there
   * is none. Key and value lie in the same bytes, as in a command; both are copied. `expiryMs` 0: never ends.
   */
  put(
    bytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    valueStart: number,
    valueEnd: number,
    expiryMs: number,
    version: Version,
  ): number;
  /**
   * `put` for the entry at `reference`, which was found by its key: it is not looked up again. Returns its reference now.
   */
  putAt(
    reference: number,
    bytes: Uint8Array,
    valueStart: number,
    valueEnd: number,
    expiryMs: number,
    version: Version,
  ): number;
  /**
   * Says which places will be asked for next: the first `count` of `places`, each with an entry or not, or −1. Writes the
   * entries to `references`, −1 where there is none. Requires: count ≤ `prefetchKeysMax`.
   */
  prefetchPlaces(places: Int32Array, count: number, references: Int32Array): void;
  /** Sets when a live entry ends (0: never) and who said so. */
  setExpiry(reference: number, expiryMs: number, version: Version): void;
  /**
   * Makes a live entry a tombstone and returns its reference. Without `version` it keeps its own: its value
   * has ended by itself.
   */
  bury(reference: number, version?: Version): number;
  /**
   * Makes every live entry a tombstone; `versionFor` is called for each while it is still live and says who
   * buries it. Faster than one by one, because the order of keys need not be kept meanwhile.
   */
  buryAll(versionFor: (reference: number) => Version): void;
  /**
   * Forgets tombstones, at most `countMax`, the ones buried first before others. Returns how many. Requires: all
   * members of the cluster have confirmed them, or an older value may come back.
   */
  dropTombstones(countMax: number): number;
  /** Forgets everything, at once. For a replica that is to start afresh. */
  clear(): void;

  isLive(reference: number): boolean;
  keyLength(reference: number): number;
  /** Copies the key to `target[at …]` (the front if not given) and returns its length. Requires: room. */
  readKey(reference: number, target: Buffer, at?: number): number;
  /** The key as a binary-safe string in the reply. */
  writeKey(reference: number, reply: Reply): void;
  /** 0 for a tombstone. */
  valueLength(reference: number): number;
  /** Copies the value to `target[at …]` and returns its length. Requires: live, room. */
  readValue(reference: number, target: Buffer, at: number): number;
  /** The value as a binary-safe string in the reply. Requires: live. */
  writeValue(reference: number, reply: Reply): void;
  /** Bytes `start` to `end` (excluded) of the value. Requires: live, 0 ≤ start ≤ end ≤ its length. */
  writeValueSlice(reference: number, start: number, end: number, reply: Reply): void;
  /** When the entry ends, in wall milliseconds; 0: never. */
  expiryMs(reference: number): number;
  /** Copies who wrote the entry, and when, to `target`. */
  readVersion(reference: number, target: Version): void;
  /** What the entry takes in memory: an estimate. */
  entryBytes(reference: number): number;

  /** A number that the entry keeps for as long as it exists, whatever becomes of its references. */
  place(reference: number): number;
  /** The entry whose place this is now; −1: there is none. Places of dropped entries are given out again. */
  atPlace(place: number): number;
  /** The tombstone that would be dropped first; −1: there is none. */
  firstTombstone(): number;
  /** The live entry that ends first; −1 if none ends. */
  firstToExpire(): number;
  /** A live entry, each as likely as any other as long as not most of the table is empty; −1: there is none. */
  random(random: Random): number;
  /**
   * Visits live entries whose key begins with `prefix[prefixStart … prefixEnd)` and comes after
   * `after[afterStart … afterEnd)`, in the order of the keys' bytes, until `visit` returns false. An empty
   * `after` is before every key. Requires: `visit` does not change the table.
   */
  list(range: ListRange, visit: (reference: number) => boolean): void;
  /**
   * Visits the live entries of the next `count` places from `cursor` on (0: the first) and returns the
   * cursor to go on with; 0: that was all. Every entry that is live from the first call to the last
   * is visited. Requires: `visit` does not change the table.
   */
  scan(cursor: number, count: number, visit: (reference: number) => void): number;
}

export interface ListRange {
  readonly prefix: Uint8Array;
  readonly prefixStart: number;
  readonly prefixEnd: number;
  readonly after: Uint8Array;
  readonly afterStart: number;
  readonly afterEnd: number;
}

/** More do not stay in the fastest caches until they are asked for. */
export const prefetchKeysMax: number = batchCommandsMax;

/** Numbers of origins are below it. A cluster that has seen so many lives of actors is ill. */
export const originsMax: number = 2 ** 20;

/**
 * A stamp and a dot (`../stamp.ts`, `../dot.ts`) in the form in which the table takes and gives them: an
 * object that its owner uses again and again, and the origin as its number in the table of origins.
 */
export interface Version {
  wallMs: number;
  counter: number;
  origin: number;
  sequence: number;
}
