import { ArenaTable } from '../../src/geo/server/arena/arena-table.ts';
import { Origins } from '../../src/geo/server/origins.ts';
import { EntryViewBuilder } from '../../src/geo/server/repair/entry-view-builder.ts';
import type { EntryView } from '../../src/geo/server/repair/entry-view.ts';
import { FingerprintBuilder } from '../../src/geo/server/repair/fingerprint.ts';
import { SimRandom } from '../../src/sim/sim-random.ts';

/** Keys as redis-benchmark makes them. */
const keyBytes = 16;
const valueBytes = 64;
const sliceEntries = 20_000;
const originCount = 4;

/** A table whose entry `number` was written at a time and by an origin that follow from the number. */
export class SampleTable {
  readonly #table = new ArenaTable(new SimRandom(1));
  readonly #origins = new Origins();
  readonly #bytes = Buffer.alloc(keyBytes + valueBytes, 'v');

  put(number: number): void {
    this.#bytes.write(`key:${String(number).padStart(keyBytes - 4, '0')}`, 'latin1');
    const version = {
      // A hundred writes a second, not evenly.
      wallMs: 1_750_000_000_000 + 10 * number + (Math.imul(number, 0x9e3779b1) >>> 28),
      counter: 0,
      origin: this.#origins.numberOf(`127.0.0.1:7000#boot1.3/${number % originCount}`),
      sequence: number + 1,
    };
    this.#table.put(this.#bytes, 0, keyBytes, keyBytes, this.#bytes.length, 0, version);
  }

  /** Takes the entry away, as if it had never come. */
  lose(number: number): void {
    const key = Buffer.from(`key:${String(number).padStart(keyBytes - 4, '0')}`);
    this.#table.bury(this.#table.find(key, 0, keyBytes));
    this.#table.dropTombstones(1);
  }

  view(): EntryView {
    const builder = new EntryViewBuilder(this.#table, this.#origins);
    while (builder.step(sliceEntries));
    return builder.view();
  }

  check(): string {
    const builder = new FingerprintBuilder(this.#table, this.#origins, 0);
    while (builder.step(sliceEntries));
    return JSON.stringify(builder.fingerprint());
  }
}
