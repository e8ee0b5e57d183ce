import type { CapturedItems } from '../storage/item-list.ts';
import { PackWriter } from './journal-record.ts';
import type { Table } from '../storage/table.ts';
import { Value } from '../storage/value.ts';

/** Half of a list that is being packed. */
interface Rest {
  readonly key: string;
  readonly items: Iterator<readonly string[]>;
  /** The record that it has the effect of. */
  readonly number: number;
}

/**
 * The entries of a table as packs for a snapshot, one after the other, while writes go on: each entry as it is when its pack
 * is made. A list larger than a pack is captured whole and packed in parts; what is appended meanwhile comes to a copy.
 */
export class SnapshotPacks {
  readonly #entries: ReturnType<Table['entries']>;
  readonly #base: number;
  readonly #bytesMax: number;
  readonly #writer = new PackWriter();
  #rest: Rest | undefined;
  #isOver = false;

  /** `base`: the number of the last record that the snapshot stands for. */
  constructor(table: Table, base: number, bytesMax: number) {
    this.#entries = table.entries();
    this.#base = base;
    this.#bytesMax = bytesMax;
  }

  /** The next pack, of at least one entry; undefined: that was all. `number`: of the last record so far. */
  next(number: number): Uint8Array | undefined {
    if (this.#rest !== undefined) return this.#packRest(this.#rest);
    if (this.#isOver) return undefined;
    this.#writer.begin(number, this.#base);
    do {
      const next = this.#entries.next();
      if (next.done === true) {
        this.#isOver = true;
        break;
      }
      const [key, entry] = next.value;
      if (entry instanceof Value) this.#writer.value(key, entry.text);
      else this.#packList(key, itemsOf(entry.capture(), this.#bytesMax), number);
    } while (this.#writer.byteLength < this.#bytesMax);
    return this.#writer.take();
  }

  #packList(key: string, items: Iterator<readonly string[]>, number: number): void {
    let isMore = false;
    do {
      const next = items.next();
      if (next.done === true) return;
      this.#writer.list(key, isMore, next.value);
      isMore = true;
    } while (this.#writer.byteLength < this.#bytesMax);
    this.#rest = { key, items, number };
  }

  /** No entry of another key stands behind it: that would be newer than the pack says. */
  #packRest({ key, items, number }: Rest): Uint8Array {
    this.#writer.begin(number, this.#base);
    do {
      const next = items.next();
      if (next.done === true) {
        this.#rest = undefined;
        break;
      }
      this.#writer.list(key, true, next.value);
    } while (this.#writer.byteLength < this.#bytesMax);
    return this.#writer.take();
  }
}

/** The items of a list in pieces of about `bytesMax`. */
function* itemsOf(captured: CapturedItems, bytesMax: number): Generator<readonly string[]> {
  for (const { items } of captured) {
    let start = 0;
    let bytes = 0;
    for (const [index, item] of items.entries()) {
      bytes += item.length;
      if (bytes < bytesMax) continue;
      yield items.slice(start, index + 1);
      start = index + 1;
      bytes = 0;
    }
    if (start < items.length) yield start === 0 ? items : items.slice(start);
  }
}
