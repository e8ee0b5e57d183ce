import type { Replica } from '../replica.ts';
import { prefetchKeysMax } from '../table.ts';
import type { ChangeStream } from './change-stream.ts';
import { EntryPackWriter } from './entry-pack-writer.ts';

/** The entries of a run of a stream. */
export interface PackedRun {
  readonly upTo: number;
  readonly entries: Uint8Array;
  readonly count: number;
}

/** Whether an entry of this origin (as numbered in the table) and sequence is left out. */
export type SkipEntry = (origin: number, sequence: number) => boolean;

const noEntries = new Uint8Array(0);

/**
 * Packs runs of streams: the present entry of every place that the records lead to, each place once, however often it
 * was written.
 */
export class EntryPacker {
  readonly #replica: Replica;
  readonly #writer: EntryPackWriter;
  /** By place: in which pack it was last. Four bytes for a place cost less than a set of places for each pack. */
  #packOfPlace: Uint32Array = new Uint32Array(placesFirst);
  #pack = 0;
  readonly #places = new Int32Array(prefetchKeysMax);
  readonly #references = new Int32Array(prefetchKeysMax);
  /** Peers are mostly told together: the run that was packed last is often the next one too. */
  #last: (PackedRun & { readonly stream: ChangeStream; readonly after: number }) | undefined;
  #lastChange = -1;

  constructor(replica: Replica) {
    this.#replica = replica;
    this.#writer = new EntryPackWriter(replica.origins);
  }

  /** Packs the records behind `after`, until the pack has `bytesMax`, about, or the stream ends. */
  pack(stream: ChangeStream, after: number, bytesMax: number, skip?: SkipEntry): PackedRun {
    const { last } = stream;
    if (last === after) return { upTo: after, entries: noEntries, count: 0 };
    const known = this.#last;
    const { changeCount } = this.#replica;
    if (known !== undefined && skip === undefined && known.stream === stream) {
      // Nothing was written in between, or the entries would be those of then.
      if (known.after === after && this.#lastChange === changeCount) return known;
    }
    const upTo = this.#addAll(stream, after, bytesMax, skip);
    const { count } = this.#writer;
    const run = { upTo, count, entries: count === 0 ? noEntries : this.#writer.take() };
    this.#last = skip === undefined ? { ...run, stream, after } : undefined;
    this.#lastChange = changeCount;
    return run;
  }

  /** Returns up to where. */
  #addAll(stream: ChangeStream, after: number, bytesMax: number, skip?: SkipEntry): number {
    const { table } = this.#replica;
    const { last } = stream;
    this.#beginPack();
    const references = this.#references;
    for (let position = after + 1; position <= last;) {
      // Entries that are asked for together come from memory together.
      const count = Math.min(last - position + 1, prefetchKeysMax);
      this.#lookAhead(stream, position, count);
      for (let index = 0; index < count; index += 1) {
        const reference = references[index] ?? -1;
        if (reference < 0) continue;
        if (skip !== undefined) {
          const { origin, sequence } = this.#replica.versionOf(reference);
          if (skip(origin, sequence)) continue;
        }
        this.#writer.add(table, reference);
        if (this.#writer.byteLength >= bytesMax) return position + index;
      }
      position += count;
    }
    return last;
  }

  /** Finds the entries of the next records; −1 for those that lead to none, or to one that is packed already. */
  #lookAhead(stream: ChangeStream, position: number, count: number): void {
    const places = this.#places;
    for (let index = 0; index < count; index += 1) {
      const place = stream.place(position + index);
      places[index] = place >= 0 && this.#isFirstTime(place) ? place : -1;
    }
    this.#replica.table.prefetchPlaces(places, count, this.#references);
  }

  #beginPack(): void {
    this.#pack += 1;
    if (this.#pack <= 0xffff_ffff) return;
    this.#packOfPlace.fill(0);
    this.#pack = 1;
  }

  #isFirstTime(place: number): boolean {
    if (place >= this.#packOfPlace.length) {
      const grown = new Uint32Array(Math.max(place + 1, 2 * this.#packOfPlace.length));
      grown.set(this.#packOfPlace);
      this.#packOfPlace = grown;
    }
    if (this.#packOfPlace[place] === this.#pack) return false;
    this.#packOfPlace[place] = this.#pack;
    return true;
  }
}

const placesFirst = 1_024;
