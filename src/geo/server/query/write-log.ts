import { geoLimits } from '../../../core/limits.ts';
import type { Origins } from '../origins.ts';
import { EntryPackWriter } from '../sync/entry-pack-writer.ts';
import type { Table, Version } from '../table.ts';

/** Own writes of a query actor, up to `upTo`, as a record of the journal has them: lent until the next write. */
export interface WrittenRun {
  readonly upTo: number;
  readonly entries: Uint8Array;
}

const nothing: readonly WrittenRun[] = [];

/**
 * Own writes on their way to the journal. Each is copied from where it was read, when all of it is in the cache: to look it
 * up in the table later, as the exchange with other replicas does, costs three times as much.
 */
export class WriteLog {
  readonly #writer: EntryPackWriter;
  #upTo = 0;
  /** Runs that are as large as a record should be. */
  #runs: WrittenRun[] = [];

  constructor(origins: Origins) {
    this.#writer = new EntryPackWriter(origins);
  }

  addPut(
    bytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    valueStart: number,
    valueEnd: number,
    expiryMs: number,
    version: Version,
  ): void {
    this.#writer.addPut(bytes, keyStart, keyEnd, valueStart, valueEnd, expiryMs, version);
    this.#upTo = version.sequence;
    if (this.#writer.byteLength >= geoLimits.syncMessageBytes) this.#endEarly();
  }

  /** Adds the entry at `reference`, which write `sequence` made. */
  add(table: Table, reference: number, sequence: number): void {
    this.#writer.add(table, reference);
    this.#upTo = sequence;
    if (this.#writer.byteLength >= geoLimits.syncMessageBytes) this.#endEarly();
  }

  /** What was added since the last call, if it is at least `bytesMin`. */
  take(bytesMin: number): readonly WrittenRun[] {
    if (this.#runs.length === 0 && this.#writer.byteLength < bytesMin) return nothing;
    const runs = this.#runs;
    this.#runs = [];
    if (this.#writer.count > 0) runs.push({ upTo: this.#upTo, entries: this.#writer.lend() });
    return runs;
  }

  #endEarly(): void {
    this.#runs.push({ upTo: this.#upTo, entries: this.#writer.take() });
  }
}
