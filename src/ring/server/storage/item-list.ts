import { ringLimits } from '../../../core/limits.ts';
import { ChunkedItems, type CapturedItems } from './chunked-items.ts';

/** Lists up to this size are one array that is searched; an index for each would cost more than all their items. */
const searchedItemsMax = 16;

/** A list without duplicates in the order of appending: AppendToList, RemoveFromList, and reads of a range. Tribbler §3.2. */
export class ItemList {
  /** All items, as long as they are few. */
  #few: string[] = [];
  /** A snapshot reads `#few`: whoever changes it changes a copy. */
  #isShared = false;
  #many: ChunkedItems | undefined;
  #byteLength = 0;
  readonly #chunkItems: number;

  constructor({ chunkItems = ringLimits.listChunkItems }: { chunkItems?: number } = {}) {
    this.#chunkItems = chunkItems;
  }

  get size(): number {
    return this.#many === undefined ? this.#few.length : this.#many.size;
  }

  /** Of all items together. */
  get byteLength(): number {
    return this.#byteLength;
  }

  /** False: it is there already. */
  append(item: string): boolean {
    if (this.#many !== undefined) {
      if (!this.#many.append(item)) return false;
    } else if (this.#few.includes(item)) return false;
    else if (this.#few.length < searchedItemsMax) this.#own().push(item);
    else {
      this.#many = new ChunkedItems([...this.#few, item], this.#chunkItems);
      this.#few = [];
    }
    this.#byteLength += item.length;
    return true;
  }

  /** False: it is not there. */
  remove(item: string): boolean {
    if (this.#many !== undefined) {
      if (!this.#many.remove(item)) return false;
    } else {
      const index = this.#few.indexOf(item);
      if (index < 0) return false;
      this.#own().splice(index, 1);
    }
    this.#byteLength -= item.length;
    return true;
  }

  /** Calls `visit` for the items from position `start` to `end` (excluded), oldest first. */
  forRange(start: number, end: number, visit: (item: string) => void): void {
    if (this.#many !== undefined) {
      this.#many.forRange(start, end, visit);
      return;
    }
    const to = Math.min(end, this.#few.length);
    for (let i = start; i < to; i += 1) visit(this.#few[i] ?? '');
  }

  /** All of it as it is now, whatever happens to it later: a few words are made for each chunk. */
  capture(): CapturedItems {
    if (this.#many !== undefined) return this.#many.capture();
    this.#isShared = true;
    return [{ items: this.#few }];
  }

  /** The array of few, for somebody who changes it. */
  #own(): string[] {
    if (this.#isShared) {
      this.#few = [...this.#few];
      this.#isShared = false;
    }
    return this.#few;
  }
}
