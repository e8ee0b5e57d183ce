import type { Arena } from '../../../core/arena/arena.ts';
import type { Reply } from '../../../resp/reply.ts';
import { ChunkedItems, type CapturedItems } from './chunked-items.ts';
import { PackedItems } from './packed-items.ts';

/** Of one of many items, about: its string, its place in a chunk, its number, its place in the index. */
const bytesPerItem = 72;

export interface ListBounds {
  /** Lists up to this size are bytes that are searched; an index for each would cost more than all their items. */
  readonly listPackedItems: number;
  /** Items of one chunk of a longer list. */
  readonly listChunkItems: number;
}

/** A list without duplicates in the order of appending: AppendToList, RemoveFromList, and reads of a range. Tribbler §3.2. */
export class ItemList {
  /** All items, as long as they are few. */
  readonly #few: PackedItems;
  #many: ChunkedItems | undefined;
  readonly #bounds: ListBounds;

  constructor(arena: Arena, bounds: ListBounds) {
    this.#few = new PackedItems(arena);
    this.#bounds = bounds;
  }

  get size(): number {
    return (this.#many ?? this.#few).size;
  }

  /** Of all items together. */
  get byteLength(): number {
    return (this.#many ?? this.#few).byteLength;
  }

  /** What the items take, about. */
  get heldBytes(): number {
    if (this.#many === undefined) return this.#few.heldBytes;
    return this.#many.byteLength + this.#many.size * bytesPerItem;
  }

  /** False: it is there already. */
  append(item: string): boolean {
    if (this.#many !== undefined) return this.#many.append(item);
    const few = this.#few;
    if (few.has(item)) return false;
    if (few.size < this.#bounds.listPackedItems && few.append(item)) return true;
    const many = new ChunkedItems(this.#bounds.listChunkItems);
    few.forRange(0, few.size, (old) => many.append(old));
    few.clear();
    this.#many = many;
    return many.append(item);
  }

  /** False: it is not there. */
  remove(item: string): boolean {
    return (this.#many ?? this.#few).remove(item);
  }

  /** Calls `visit` for the items from position `start` to `end` (excluded), oldest first. */
  forRange(start: number, end: number, visit: (item: string) => void): void {
    (this.#many ?? this.#few).forRange(start, end, visit);
  }

  /** The same items as binary-safe strings in the reply. */
  writeRange(start: number, end: number, reply: Reply): void {
    if (this.#many === undefined) this.#few.writeRange(start, end, reply);
    else this.#many.forRange(start, end, (item) => reply.bulkLatin1(item));
  }

  /** All of it as it is now, whatever happens to it later: few items are copied, of many a few words for each chunk. */
  capture(): CapturedItems {
    if (this.#many !== undefined) return this.#many.capture();
    const items: string[] = [];
    this.#few.forRange(0, this.#few.size, (item) => items.push(item));
    return [{ items }];
  }

  /** Gives back what the collector does not see. Requires: it is not used any more. */
  release(): void {
    this.#few.clear();
  }
}
