import type { Chunk } from '../../../core/arena/chunk.ts';
import { equalBytes } from '../../../core/arena/key-bytes.ts';
import { blockUnitsMax } from '../../../core/arena/size-classes.ts';
import { unitBytes } from '../../../core/arena/units.ts';
import { copyWords } from '../../../core/copy-words.ts';
import type { LargeItems } from './large-items.ts';

/**
 * Some items without duplicates, in the order of appending, in a block:
 *
 *     length item  length item  length item  …  room  …  tag 2  tag 1  tag 0  …
 *
 * As strings, items would be most of what the collector walks over, and looking for one would fetch each of them from another
 * place. A tag is a byte of the hash of an item. A search looks at the tags, four at a time and mostly in one cache
 * line, and hardly ever at an item: tags between the items would take it over all of them.
 *
 * The length is one byte. An item that is longer lies outside, and its number stands in its place.
 */

/** What an item takes besides its bytes: its length before them, and its tag. */
export const headBytes = 2;
/** Longer ones lie outside. */
export const packedLengthMax = 254;
/** In the place of a length: a number follows, of an item that lies outside. */
export const isLarge = 255;
/** What such a number takes. */
const numberBytes = 4;
/** What all may take together: four cache lines for each of some steps, and little to move. */
export const itemBytesMax: number = Math.min(4_096, (blockUnitsMax * unitBytes) / 2);

const lowestBits = 0x0101_0101;
const highestBits = 0x8080_8080;

/** What an item of so many bytes takes in a block. */
export function packedBytes(length: number): number {
  return headBytes + (length > packedLengthMax ? numberBytes : length);
}

/** The first item from `from` on that has a tag; −1: none. `tagsEnd`: the byte behind the tags, a multiple of four. */
export function findTag(
  { ints, bytes }: Chunk,
  tagsEnd: number,
  count: number,
  tag: number,
  from: number,
): number {
  const fourTags = Math.imul(tag, lowestBits);
  // What stands before the last of them, room or items, is looked at with it.
  for (let first = from & ~3; first < count; first += 4) {
    const differences = (ints[(tagsEnd - first - 4) >> 2] ?? 0) ^ fourTags;
    // Zero, unless one of the four bytes is.
    if (((differences - lowestBits) & ~differences & highestBits) === 0) continue;
    const last = Math.min(first + 4, count);
    for (let item = Math.max(first, from); item < last; item += 1) {
      if (bytes[tagsEnd - 1 - item] === tag) return item;
    }
  }
  return -1;
}

/** The tag of an item that has this hash. */
export function tagOf(hash: number): number {
  return hash & 0xff;
}

/** Where the length of an item stands. */
export function packedAt(bytes: Uint8Array, start: number, item: number): number {
  let at = start;
  for (let i = 0; i < item; i += 1) at = afterPacked(bytes, at);
  return at;
}

/** Where the item ends whose length stands at `at`. */
export function afterPacked(bytes: Uint8Array, at: number): number {
  const length = bytes[at] ?? 0;
  return at + 1 + (length === isLarge ? numberBytes : length);
}

/** Writes an item at `at`. Requires: room. */
export function writePacked(
  { bytes: there, view }: Chunk,
  at: number,
  large: LargeItems,
  hash: number,
  bytes: DataView,
  start: number,
  end: number,
): void {
  if (end - start <= packedLengthMax) {
    there[at] = end - start;
    copyWords(bytes, start, end, view, at + 1);
  } else {
    there[at] = isLarge;
    view.setInt32(at + 1, large.take(hash, bytes, start, end), true);
  }
}

/** Whether the item at `at` is `bytes[start … end)`. */
export function isPacked(
  { bytes: there, view }: Chunk,
  at: number,
  large: LargeItems,
  bytes: DataView,
  start: number,
  end: number,
): boolean {
  const length = there[at] ?? 0;
  if (length === isLarge) return large.is(numberAt(view, at), bytes, start, end);
  return length === end - start && equalBytes(view, at + 1, bytes, start, length);
}

/** The number that stands at `at` instead of an item. */
export function numberAt(view: DataView, at: number): number {
  return view.getInt32(at + 1, true);
}
