import type { Arena } from '../../../core/arena/arena.ts';
import { chunkMask, unitBytes } from '../../../core/arena/units.ts';
import { copyBytes } from '../../../core/copy-words.ts';
import { readLatin1 } from '../../../core/latin1.ts';
import {
  entryUnits,
  isOutside,
  itemBytesInt,
  itemCountInt,
  itemsByte,
  keyLayout,
  keyLengthInt,
  placeInt,
} from './entry-layout.ts';
import { findPacked, headBytes, itemBytesMax, writePacked } from './packed-items.ts';

/**
 * Entries in blocks of the arena: their making, their moving, their parts, and the items of short lists. Knows nothing of how they
 * are found. An entry is named by its block.
 */
export class Entries {
  readonly #arena: Arena;

  constructor(arena: Arena) {
    this.#arena = arena;
  }

  /** An empty short list with room for so many bytes of items, or with `isOutside` what is none. */
  create(view: DataView, start: number, end: number, itemBytes: number): number {
    const isElse = itemBytes === isOutside;
    const block = this.#arena.allocate(entryUnits(end - start, isElse ? 0 : roomFor(itemBytes)));
    this.#setInt(block, keyLengthInt, end - start);
    this.#setInt(block, itemBytesInt, 0);
    this.#setInt(block, itemCountInt, isElse ? isOutside : 0);
    copyBytes(view, start, end, this.#arena.chunk(block).view, this.keyStart(block));
    return block;
  }

  free(block: number): void {
    this.#arena.free(block);
  }

  /** Of the block. */
  heldBytes(block: number): number {
    return this.#arena.unitsOf(block) * unitBytes;
  }

  key(block: number): string {
    const start = this.keyStart(block);
    return readLatin1(this.#arena.chunk(block).bytes, start, start + this.keyLength(block));
  }

  keyLength(block: number): number {
    return this.#int(block, keyLengthInt);
  }

  /** Where the key begins in the view of the chunk. */
  keyStart(block: number): number {
    return byteOf(block) + keyLayout.keyByte;
  }

  place(block: number): number {
    return this.#int(block, placeInt);
  }

  setPlace(block: number, place: number): void {
    this.#setInt(block, placeInt, place);
  }

  /** How many items a short list has, or `isOutside`. */
  count(block: number): number {
    return this.#int(block, itemCountInt);
  }

  /** Of a short list: what its items take, with their heads. */
  itemBytes(block: number): number {
    return this.#int(block, itemBytesInt);
  }

  /** It is no short list from now on: what it leads to lies outside the arena. */
  setOutside(block: number): void {
    this.#setInt(block, itemBytesInt, 0);
    this.#setInt(block, itemCountInt, isOutside);
  }

  /** Where in the chunk of a short list the item `bytes[start … end)` stands, with its head; −1: nowhere. */
  find(block: number, bytes: Uint8Array, start: number, end: number): number {
    const { ints, bytes: there } = this.#arena.chunk(block);
    const int = (block & chunkMask) << 1;
    const from = byteOf(block) + itemsByte(ints[int + keyLengthInt] ?? 0);
    return findPacked(there, from, from + (ints[int + itemBytesInt] ?? 0), bytes, start, end);
  }

  /** Adds an item to a short list. Requires: `hasRoom`. */
  push(block: number, bytes: Uint8Array, start: number, end: number): void {
    const { ints, bytes: there } = this.#arena.chunk(block);
    const int = (block & chunkMask) << 1;
    const itemBytes = ints[int + itemBytesInt] ?? 0;
    const at = byteOf(block) + itemsByte(ints[int + keyLengthInt] ?? 0) + itemBytes;
    writePacked(there, at, bytes, start, end);
    ints[int + itemBytesInt] = itemBytes + headBytes + end - start;
    ints[int + itemCountInt] = (ints[int + itemCountInt] ?? 0) + 1;
  }

  /** Takes an item of so many bytes, which `find` found at `at`, out of a short list. */
  remove(block: number, at: number, length: number): void {
    const { ints, bytes } = this.#arena.chunk(block);
    const int = (block & chunkMask) << 1;
    const itemBytes = ints[int + itemBytesInt] ?? 0;
    const end = byteOf(block) + itemsByte(ints[int + keyLengthInt] ?? 0) + itemBytes;
    bytes.copyWithin(at, at + headBytes + length, end);
    ints[int + itemBytesInt] = itemBytes - headBytes - length;
    ints[int + itemCountInt] = (ints[int + itemCountInt] ?? 0) - 1;
  }

  /** Whether the block has room for so many bytes of items. */
  hasRoom(block: number, itemBytes: number): boolean {
    return entryUnits(this.keyLength(block), itemBytes) <= this.#arena.unitsOf(block);
  }

  /** Moves an entry to a block with room for so many bytes of items, and some more. The old one is given back. */
  move(block: number, itemBytes: number): number {
    const keyLength = this.keyLength(block);
    const moved = this.#arena.allocate(entryUnits(keyLength, roomFor(itemBytes)));
    const start = byteOf(block);
    const end = start + itemsByte(keyLength) + this.itemBytes(block);
    const { view } = this.#arena.chunk(block);
    copyBytes(view, start, end, this.#arena.chunk(moved).view, byteOf(moved));
    this.#arena.free(block);
    return moved;
  }

  #int(block: number, int: number): number {
    return this.#arena.chunk(block).ints[((block & chunkMask) << 1) + int] ?? 0;
  }

  #setInt(block: number, int: number, value: number): void {
    this.#arena.chunk(block).ints[((block & chunkMask) << 1) + int] = value;
  }
}

/** Where a block begins in its chunk. */
function byteOf(block: number): number {
  return (block & chunkMask) * unitBytes;
}

/** Half as much again, or a list that grows would be moved for each item. */
function roomFor(itemBytes: number): number {
  return Math.min(itemBytesMax, itemBytes * 1.5);
}
