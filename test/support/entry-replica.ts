import { ArenaTable } from '../../src/geo/server/arena/arena-table.ts';
import { EntryViewBuilder } from '../../src/geo/server/repair/entry-view-builder.ts';
import type { EntryView } from '../../src/geo/server/repair/entry-view.ts';
import { Replica } from '../../src/geo/server/replica.ts';
import { EntryPackReader } from '../../src/geo/server/sync/entry-pack-reader.ts';
import { EntryPackWriter } from '../../src/geo/server/sync/entry-pack-writer.ts';
import type { Version } from '../../src/geo/server/table.ts';
import { SimRandom } from '../../src/sim/sim-random.ts';

/** A write with any stamp, of any origin. */
export interface Write {
  readonly key: string;
  /** undefined: a delete. */
  readonly value: string | undefined;
  readonly wallMs: number;
  readonly counter: number;
  readonly origin: string;
  readonly expiryMs?: number;
}

/** A replica whose table is filled with chosen writes, and that sends its entries as packs. */
export class EntryReplica {
  readonly replica: Replica;
  readonly #packs: EntryPackWriter;
  readonly #version: Version = { wallMs: 0, counter: 0, origin: 0, sequence: 0 };

  constructor(uid = 'replica') {
    const random = new SimRandom(1);
    this.replica = new Replica({ uid, table: new ArenaTable(random), random });
    this.replica.begin(2 ** 52);
    // A tombstone that everybody has confirmed would not be taken.
    this.replica.isConfirmedByAll = () => false;
    this.#packs = new EntryPackWriter(this.replica.origins);
  }

  /** Puts the entry into the table, whatever the key has there. Returns its reference. */
  write({ key, value, wallMs, counter, origin, expiryMs = 0 }: Write): number {
    const { table, origins } = this.replica;
    const bytes = Buffer.from(key + (value ?? ''), 'latin1');
    const keyEnd = key.length;
    const version = { wallMs, counter, origin: origins.numberOf(origin), sequence: counter + 1 };
    const reference = table.put(bytes, 0, keyEnd, keyEnd, bytes.length, expiryMs, version);
    return value === undefined ? table.bury(reference) : reference;
  }

  view(): EntryView {
    const { table, origins } = this.replica;
    const builder = new EntryViewBuilder(table, origins);
    while (builder.step(Infinity));
    return builder.view();
  }

  /** The entries that are at these places now. */
  pack(places: Int32Array): Uint8Array {
    const { table } = this.replica;
    for (const place of places) {
      const reference = table.atPlace(place);
      if (reference >= 0) this.#packs.add(table, reference);
    }
    return this.#packs.take();
  }

  merge(pack: Uint8Array): void {
    const reader = new EntryPackReader(pack, this.replica.origins);
    while (reader.next()) this.replica.merge(reader);
  }

  /** Every entry by key: its value (undefined: a tombstone), and who wrote it when. */
  contents(): Map<string, Write> {
    const { table, origins } = this.replica;
    const key = Buffer.alloc(4_096);
    const value = Buffer.alloc(4_096);
    const found = new Map<string, Write>();
    for (let place = 0; place < table.placesEnd; place += 1) {
      const reference = table.atPlace(place);
      if (reference < 0) continue;
      table.readVersion(reference, this.#version);
      const { wallMs, counter, origin } = this.#version;
      const text = key.toString('latin1', 0, table.readKey(reference, key));
      const isLive = table.isLive(reference);
      found.set(text, {
        key: text,
        value: isLive
          ? value.toString('latin1', 0, table.readValue(reference, value, 0))
          : undefined,
        wallMs,
        counter,
        origin: origins.uid(origin),
      });
    }
    return found;
  }
}
