import { assert } from '../../../core/assert.ts';
import type { Origins } from '../origins.ts';
import type { Table, Version } from '../table.ts';
import { EntryIds, keyBytesUsual } from './entry-id.ts';
import { EntryView, type EntryColumns, type IdSums } from './entry-view.ts';
import { StampSort } from './stamp-sort.ts';

/**
 * Makes the view of a table in slices of some milliseconds, so that the table serves queries in between.
 *
 * First all places are visited, then sorted, then their ids summed up. What changes meanwhile is seen or not; a view
 * that misses it only compares less, or finds a difference that is none.
 */
export class EntryViewBuilder {
  readonly #table: Table;
  readonly #ids: EntryIds;
  readonly #columns: EntryColumns;
  /** Places from here on were given out after the beginning. */
  readonly #placesEnd: number;
  readonly #places: Int32Array;
  #stage: Stage;

  constructor(table: Table, origins: Origins) {
    this.#table = table;
    this.#ids = new EntryIds(origins);
    this.#placesEnd = table.placesEnd;
    // Memory that is never written to is never taken: places without an entry cost none.
    const column = (): Uint32Array => new Uint32Array(this.#placesEnd);
    this.#columns = { keyHighs: column(), keyLows: column(), idHighs: column(), idLows: column() };
    this.#places = new Int32Array(this.#placesEnd);
    this.#stage = { kind: 'visit', nextPlace: 0, count: 0 };
  }

  /** Does a slice of the work, about `countMax` entries of it. Returns whether something is left to do. */
  step(countMax: number): boolean {
    const stage = this.#stage;
    switch (stage.kind) {
      case 'visit':
        this.#visit(stage, countMax);
        return true;
      case 'sort':
        if (!stage.sort.step(countMax)) this.#stage = startSum(stage.sort.sorted);
        return true;
      case 'sum':
        this.#sum(stage, countMax);
        return stage.next < stage.places.length;
    }
  }

  /** Requires: `step` has returned false. */
  view(): EntryView {
    const stage = this.#stage;
    assert(stage.kind === 'sum' && stage.next === stage.places.length, 'the view is not ready');
    return new EntryView(this.#columns, stage.places, stage.sums);
  }

  #visit(stage: VisitStage, countMax: number): void {
    const table = this.#table;
    const ids = this.#ids;
    const placesEnd = Math.min(this.#placesEnd, stage.nextPlace + countMax);
    const keyBytesEnd = ids.keyBytes + countMax * keyBytesUsual;
    let place = stage.nextPlace;
    for (; place < placesEnd && ids.keyBytes < keyBytesEnd; place += 1) {
      const reference = table.atPlace(place);
      if (reference < 0) continue;
      ids.read(table, reference);
      this.#note(place, ids.version);
      this.#places[stage.count] = place;
      stage.count += 1;
    }
    stage.nextPlace = place;
    if (place < this.#placesEnd) return;
    const places = this.#places.subarray(0, stage.count);
    this.#stage = { kind: 'sort', sort: new StampSort(this.#columns, places) };
  }

  #note(place: number, { wallMs, counter }: Version): void {
    const { keyHighs, keyLows, idHighs, idLows } = this.#columns;
    const keptMs = Math.min(wallMs, wallMsMax);
    const keyHigh = Math.floor(keptMs / wallMsPerKeyHigh);
    keyHighs[place] = keyHigh;
    keyLows[place] =
      (keptMs - keyHigh * wallMsPerKeyHigh) * keysPerMs + Math.min(counter, keysPerMs - 1);
    idHighs[place] = this.#ids.high;
    idLows[place] = this.#ids.low;
  }

  #sum(stage: SumStage, countMax: number): void {
    const { idHighs, idLows } = this.#columns;
    const { places, sums } = stage;
    const end = Math.min(places.length, stage.next + countMax);
    let [high, low] = [sums.highs[stage.next] ?? 0, sums.lows[stage.next] ?? 0];
    for (let index = stage.next; index < end; index += 1) {
      const place = places[index] ?? 0;
      high = (high + (idHighs[place] ?? 0)) | 0;
      low = (low + (idLows[place] ?? 0)) | 0;
      sums.highs[index + 1] = high;
      sums.lows[index + 1] = low;
    }
    stage.next = end;
  }
}

type Stage = VisitStage | { readonly kind: 'sort'; readonly sort: StampSort } | SumStage;

interface VisitStage {
  readonly kind: 'visit';
  nextPlace: number;
  count: number;
}

interface SumStage {
  readonly kind: 'sum';
  readonly places: Int32Array;
  readonly sums: IdSums;
  next: number;
}

function startSum(places: Int32Array): SumStage {
  const sums = (): Uint32Array => new Uint32Array(places.length + 1);
  return { kind: 'sum', places, sums: { highs: sums(), lows: sums() }, next: 0 };
}

/** A sort key is the wall time × this + the counter, as far as it goes; ids order what is left. */
const keysPerMs = 4_096;
/** 22 bits of a sort key are its low part. */
const wallMsPerKeyHigh = 1_024;
/** With it a sort key still is a safe integer. Stamps of later years (from 2039 on) are ordered by their ids only. */
const wallMsMax = 2 ** 41 - 1;
