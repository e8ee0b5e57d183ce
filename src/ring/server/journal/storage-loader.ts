import type { RingView } from '../../ring-view.ts';
import type { AppliedEntry, AppliedRequests } from '../storage/applied-requests.ts';
import { readRecord, type RecordTaker } from './journal-record.ts';
import type { Table } from '../storage/table.ts';
import type { Once } from '../storage/write.ts';

/** What a folder holds besides entries. */
export interface StoredFacts {
  virtualIds: readonly number[] | undefined;
  view: RingView | undefined;
  /** How long leases of the last life may be in use after its end; 0: none is. */
  leasesLastMs: number;
}

/**
 * Fills a table with what the records of earlier lives say.
 *
 * A snapshot is made while writes go on: an entry of it has the effect of all records up to the number of its pack, some of
 * which stand behind the snapshot in the log. For its key those are passed over, because twice is not once: an item that was
 * appended to a list that has become a value since has no place to go.
 */
export class StorageLoader implements RecordTaker {
  readonly facts: StoredFacts = { virtualIds: undefined, view: undefined, leasesLastMs: 0 };
  readonly #table: Table;
  readonly #applied: AppliedRequests;
  /** The record that an entry has the effect of, where that is behind the snapshot. */
  readonly #seen: Map<string, number> = new Map();
  /** Of the pack that is being read; undefined: nothing of it is behind the snapshot. */
  #packNumber: number | undefined;
  /** Of the record that is being read. */
  #number = 0;

  constructor(table: Table, applied: AppliedRequests) {
    this.#table = table;
    this.#applied = applied;
  }

  /** A record of the log or of a snapshot; `number`: which one of the log. Throws `FRAME_INVALID`. */
  load(bytes: Uint8Array, number: number): void {
    this.#number = number;
    readRecord(bytes, this);
  }

  /** All was loaded: what is remembered for the time of loading is forgotten. */
  finish(): void {
    this.#seen.clear();
  }

  set(key: string, value: string, once: Once | undefined): void {
    if (once !== undefined) this.#applied.add(once, 'ok');
    if (this.#isSeen(key)) return;
    this.#table.set(key, value);
  }

  delete(key: string, once: Once | undefined): void {
    if (once !== undefined) this.#applied.add(once, 1);
    if (!this.#isSeen(key)) this.#table.delete(key);
  }

  append(key: string, item: string, once: Once | undefined): void {
    if (once !== undefined) this.#applied.add(once, 1);
    if (!this.#isSeen(key)) this.#table.append(key, item);
  }

  remove(key: string, item: string, once: Once | undefined): void {
    if (once !== undefined) this.#applied.add(once, 1);
    if (!this.#isSeen(key)) this.#table.remove(key, item);
  }

  virtualIds(virtualIds: readonly number[]): void {
    this.facts.virtualIds = virtualIds;
  }

  view(view: RingView): void {
    this.facts.view = view;
  }

  leasesLast(forMs: number): void {
    this.facts.leasesLastMs = forMs;
  }

  pack(number: number, isLater: boolean): void {
    this.#packNumber = isLater ? number : undefined;
  }

  value(key: string, value: string): void {
    // An entry that was deleted and came again while the snapshot was made is in it twice.
    this.#table.replace(key, value);
    this.#see(key);
  }

  list(key: string, isMore: boolean, items: readonly string[]): void {
    if (!isMore) this.#table.delete(key);
    for (const item of items) this.#table.append(key, item);
    this.#see(key);
  }

  applied(entry: AppliedEntry): void {
    this.#applied.load(entry);
  }

  #see(key: string): void {
    if (this.#packNumber !== undefined) this.#seen.set(key, this.#packNumber);
  }

  #isSeen(key: string): boolean {
    return this.#seen.size > 0 && (this.#seen.get(key) ?? 0) >= this.#number;
  }
}
