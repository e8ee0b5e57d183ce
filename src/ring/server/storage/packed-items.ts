import type { Arena } from '../../../core/arena/arena.ts';
import { blockUnitsMax } from '../../../core/arena/size-classes.ts';
import { chunkMask, unitBytes } from '../../../core/arena/units.ts';
import { readLatin1 } from '../../../core/latin1.ts';
import type { Reply } from '../../../resp/reply.ts';
import type { CapturedItems } from './chunked-items.ts';
import { itemBytesInt, itemCountInt, itemsByte, keyLengthInt } from './entry-layout.ts';

/** The tag and the length of an item, before its bytes. */
export const headBytes = 2;
/** A length is one byte. */
export const itemLengthMax = 255;
/** What all may take together: four cache lines for each of some steps, and little to move. */
export const itemBytesMax: number = Math.min(4_096, (blockUnitsMax * unitBytes) / 2);

/**
 * Few items without duplicates, in the order of appending, behind their key in its block: a tag, a length and the bytes of each,
 * one after another.
 *
 * Most lists are short, and as strings their items would be most of what the collector walks over; looking for one
 * would fetch each of them from another place. Here a search walks over bytes that lie together, and the tag, a byte that is
 * made of all of an item, spares it nearly all comparisons.
 *
 * A view to read them by: valid until the table is changed.
 */
export class PackedItems {
  readonly #chunk: ReturnType<Arena['chunk']>;
  readonly #start: number;
  readonly size: number;
  /** Of all items together. */
  readonly byteLength: number;

  /** Requires: `block` is the entry of a short list. */
  constructor(arena: Arena, block: number) {
    const chunk = arena.chunk(block);
    const unit = block & chunkMask;
    const { ints } = chunk;
    this.#chunk = chunk;
    this.#start = unit * unitBytes + itemsByte(ints[(unit << 1) + keyLengthInt] ?? 0);
    this.size = ints[(unit << 1) + itemCountInt] ?? 0;
    this.byteLength = (ints[(unit << 1) + itemBytesInt] ?? 0) - this.size * headBytes;
  }

  /** Calls `visit` for the items from position `start` to `end` (excluded), oldest first. */
  forRange(start: number, end: number, visit: (item: string) => void): void {
    const { bytes } = this.#chunk;
    this.#forPlaces(start, end, (from, to) => visit(readLatin1(bytes, from, to)));
  }

  /** The same items as binary-safe strings in the reply. */
  writeRange(start: number, end: number, reply: Reply): void {
    const { view } = this.#chunk;
    this.#forPlaces(start, end, (from, to) => reply.bulkView(view, from, to));
  }

  /** All of it as it is now, whatever happens to it later: a copy. */
  capture(): CapturedItems {
    const items: string[] = [];
    this.forRange(0, this.size, (item) => items.push(item));
    return [{ items }];
  }

  #forPlaces(start: number, end: number, visit: (from: number, to: number) => void): void {
    const { bytes } = this.#chunk;
    const count = Math.min(end, this.size);
    let at = this.#start;
    for (let i = 0; i < count; i += 1) {
      const from = at + headBytes;
      at = from + (bytes[at + 1] ?? 0);
      if (i >= start) visit(from, at);
    }
  }
}

/** Where among the packed items `there[from … to)` the item `bytes[start … end)` stands, with its head; −1: nowhere. */
export function findPacked(
  there: Uint8Array,
  from: number,
  to: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): number {
  const length = end - start;
  const tag = tagOf(bytes, start, end);
  for (let at = from; at < to;) {
    const lengthThere = there[at + 1] ?? 0;
    if (
      there[at] === tag &&
      lengthThere === length &&
      isAt(there, at + headBytes, bytes, start, end)
    )
      return at;
    at += headBytes + lengthThere;
  }
  return -1;
}

/** Writes an item with its head. Requires: room, and at most `itemLengthMax` bytes. */
export function writePacked(
  there: Uint8Array,
  at: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  there[at] = tagOf(bytes, start, end);
  there[at + 1] = end - start;
  for (let i = start; i < end; i += 1) there[at + headBytes + i - start] = bytes[i] ?? 0;
}

function isAt(
  there: Uint8Array,
  at: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): boolean {
  for (let i = start; i < end; i += 1) if (there[at + i - start] !== bytes[i]) return false;
  return true;
}

/** A byte made of all bytes. */
function tagOf(bytes: Uint8Array, start: number, end: number): number {
  let tag = 0;
  for (let i = start; i < end; i += 1) tag = (tag * 31 + (bytes[i] ?? 0)) & 0xff;
  return tag;
}
