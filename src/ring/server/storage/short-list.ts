import type { Reply } from '../../../resp/reply.ts';
import type { Entries } from './entries.ts';
import type { CapturedItems, ItemList } from './item-list.ts';
import { headBytes } from './packed-items.ts';

/** A view of the list whose items stand behind its key in the block of the entry: valid until the table is changed. */
export class ShortList implements ItemList {
  readonly #entries: Entries;
  readonly #block: number;
  readonly size: number;
  readonly byteLength: number;

  constructor(entries: Entries, block: number) {
    this.#entries = entries;
    this.#block = block;
    this.size = entries.count(block);
    this.byteLength = entries.itemBytes(block) - this.size * headBytes;
  }

  forRange(start: number, end: number, visit: (item: string) => void): void {
    this.#entries.forItems(this.#block, start, end, visit);
  }

  writeRange(start: number, end: number, reply: Reply): void {
    this.#entries.writeItems(this.#block, start, end, reply);
  }

  /** A copy: it is short. */
  capture(): CapturedItems {
    const items: string[] = [];
    this.forRange(0, this.size, (item) => items.push(item));
    return [{ items }];
  }
}
