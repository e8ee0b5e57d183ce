import type { Arena } from '../../../core/arena/arena.ts';
import { ChunkedItems } from './chunked-items.ts';
import { PackedItems } from './packed-items.ts';

/**
 * A list without duplicates in the order of appending: AppendToList, RemoveFromList, and reads of a range. Tribbler §3.2. One
 * that has grown long stays what it is then.
 */
export type ItemList = PackedItems | ChunkedItems;

export interface ListBounds {
  /** Lists up to this size are bytes that are searched; an index for each would cost more than all their items. */
  readonly listPackedItems: number;
  /** Items of one chunk of a longer list. */
  readonly listChunkItems: number;
}

/** A list of no items. */
export function createList(arena: Arena, bounds: ListBounds): ItemList {
  return new PackedItems(arena, bounds.listPackedItems);
}

/** Appends an item. Returns the list, which is another one when it has grown long; undefined: the item is there already. */
export function appendTo(list: ItemList, item: string, bounds: ListBounds): ItemList | undefined {
  if (list.has(item)) return undefined;
  if (list.append(item)) return list;
  const many = new ChunkedItems(bounds.listChunkItems);
  list.forRange(0, list.size, (old) => many.append(old));
  list.release();
  many.append(item);
  return many;
}
