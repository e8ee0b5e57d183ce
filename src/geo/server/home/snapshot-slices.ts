import { journalLimits } from '../../../core/limits.ts';
import type { VectorPairs, VersionVector } from '../../version-vector.ts';
import type { SnapshotSheet } from '../remote/remote-sync-lent.ts';
import type { Replica } from '../replica.ts';
import { EntryPackWriter } from '../sync/entry-pack-writer.ts';
import type { Slice } from './everything.ts';

/** Which slice: from `place` on, 0 for the first. */
export interface WantedSlice {
  /** What has to be in it. */
  readonly needed: VectorPairs;
  readonly place: number;
  /** What the first slice said is known with all of them. */
  readonly known: VectorPairs;
}

/**
 * The next slice of a table, its pack lent until anybody asks for the next. `lend` gives a sheet to the actor that has the table,
 * which fills it in.
 */
export function readSlice(
  { needed, place, known }: WantedSlice,
  lend: (sheet: SnapshotSheet) => void,
): Slice {
  const sheet: SnapshotSheet = {
    kind: 'snapshot',
    needed,
    place,
    known: place === 0 ? undefined : known,
    pack: undefined,
  };
  lend(sheet);
  const { known: knownThere = [], pack = noBytes } = sheet;
  return { isThere: sheet.known !== undefined, place: sheet.place, known: knownThere, pack };
}

/**
 * Packs the entries of the next places, as many as a piece of a snapshot takes. What is known with all of them is what is
 * known at the beginning: what is written meanwhile is in it or not.
 *
 * All slices are written into the same bytes: a snapshot of many would otherwise leave buffers behind that make the collector
 * mark the whole heap, several times for each snapshot, while clients wait.
 */
export class SlicePacker {
  readonly #replica: Replica;
  #writer: EntryPackWriter | undefined;

  constructor(replica: Replica) {
    this.#replica = replica;
  }

  /** Fills in the sheet. The pack is lent until the next is filled in. */
  fill(known: VersionVector, sheet: SnapshotSheet): void {
    if (sheet.known === undefined) {
      const isThere = sheet.needed.every(([origin, sequence]) => known.covers(origin, sequence));
      if (!isThere) return;
      sheet.known = known.pairs();
    }
    const { table, origins } = this.#replica;
    const writer = (this.#writer ??= new EntryPackWriter(origins));
    let { place } = sheet;
    for (
      ;
      place < table.placesEnd && writer.byteLength < journalLimits.snapshotPackBytes;
      place += 1
    ) {
      const reference = table.atPlace(place);
      if (reference >= 0) writer.add(table, reference);
    }
    sheet.pack = writer.count === 0 ? undefined : writer.lend();
    sheet.place = place < table.placesEnd ? place : -1;
    // Between snapshots it takes no memory.
    if (sheet.place < 0) this.#writer = undefined;
  }
}

const noBytes = new Uint8Array(0);
