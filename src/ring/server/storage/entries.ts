import { assert } from '../../../core/assert.ts';
import type { Arena } from '../../../core/arena/arena.ts';
import { chunkMask, unitBytes } from '../../../core/arena/units.ts';
import { hashBytes, type HashSecret } from '../../../core/arena/hash-bytes.ts';
import type { EntryMatcher } from '../../../core/arena/hash-index.ts';
import { equalBytes } from '../../../core/arena/key-bytes.ts';
import { copyBytes } from '../../../core/copy-words.ts';
import { readLatin1 } from '../../../core/latin1.ts';
import type { Reply } from '../../../resp/reply.ts';
import {
  entryUnits,
  headerInts,
  isValue,
  type isOutside,
  itemBytesInt,
  itemCountInt,
  keyBytes,
  keyLengthInt,
  placeInt,
} from './entry-layout.ts';
import { CapturedSegment } from './captured-segment.ts';
import { LargeItems } from './large-items.ts';
import {
  afterPacked,
  findTag,
  headBytes,
  isLarge,
  isPacked,
  itemBytesMax,
  numberAt,
  packedAt,
  packedBytes,
  tagOf,
  writePacked,
} from './packed-items.ts';
import { Value } from './value.ts';

/**
 * Entries in blocks of the arena: their making, their moving, their parts, and their items. Knows nothing of how they are found.
 * An entry is named by its block. What is said of a short list holds for a segment of a long one, which is an entry without a key.
 */
export class Entries implements EntryMatcher {
  readonly #arena: Arena;
  readonly #secret: HashSecret;
  readonly #large: LargeItems = new LargeItems();

  constructor(arena: Arena, secret: HashSecret) {
    this.#arena = arena;
    this.#secret = secret;
  }

  /** An empty short list with room for so many bytes of items, and some more; or room for a value. */
  create(
    view: DataView,
    start: number,
    end: number,
    bytes: number,
    count: 0 | typeof isValue = 0,
  ): number {
    const room = count === isValue ? bytes : roomFor(bytes);
    const block = this.#arena.allocate(entryUnits(end - start, room));
    this.#setInt(block, keyLengthInt, end - start);
    this.#setInt(block, itemBytesInt, 0);
    this.#setInt(block, itemCountInt, count);
    copyBytes(view, start, end, this.#arena.chunk(block).view, this.keyStart(block));
    return block;
  }

  /** Whether an entry has the key `bytes[start … end)`. */
  has(block: number, _hash: number, bytes: DataView, start: number, end: number): boolean {
    const { ints, view } = this.#arena.chunk(block);
    const header = this.#header(block);
    const length = ints[header + keyLengthInt] ?? 0;
    if (length !== end - start) return false;
    return equalBytes(view, keyStartAt(ints, header), bytes, start, length);
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

  /** Where the key begins in the view of the chunk: right behind the tags. */
  keyStart(block: number): number {
    return keyStartAt(this.#arena.chunk(block).ints, this.#header(block));
  }

  place(block: number): number {
    return this.#int(block, placeInt);
  }

  setPlace(block: number, place: number): void {
    this.#setInt(block, placeInt, place);
  }

  /** How many items a short list has, or `isOutside`, or `isValue`. */
  count(block: number): number {
    return this.#int(block, itemCountInt);
  }

  /** Of a short list: what its items take, with their heads. */
  itemBytes(block: number): number {
    return this.#int(block, itemBytesInt);
  }

  /** What it leads to lies outside from now on, or it is a value and has none yet. */
  clear(block: number, count: typeof isOutside | typeof isValue): void {
    this.#setInt(block, itemBytesInt, 0);
    this.#setInt(block, itemCountInt, count);
  }

  /** Requires: it is one, and has been set. */
  value(block: number): Value {
    return new Value(this.#arena.chunk(block).view, byteOf(block), this.itemBytes(block));
  }

  /** Requires: the block `fits`. */
  setValue(block: number, bytes: DataView, start: number, end: number): void {
    this.#setInt(block, itemBytesInt, end - start);
    copyBytes(bytes, start, end, this.#arena.chunk(block).view, byteOf(block));
  }

  /** Whether the block is of the size that it would have with a value of so many bytes. */
  fits(block: number, bytes: number): boolean {
    return this.#arena.isOfClass(block, entryUnits(this.keyLength(block), bytes));
  }

  /** Which item of a short list `bytes[start … end)` is, the oldest being 0; −1: none. `hash`: of it. */
  find(block: number, hash: number, bytes: DataView, start: number, end: number): number {
    const chunk = this.#arena.chunk(block);
    const header = this.#header(block);
    const count = chunk.ints[header + itemCountInt] ?? 0;
    const tagsEnd = keyStartAt(chunk.ints, header);
    const tag = tagOf(hash);
    let item = findTag(chunk, tagsEnd, count, tag, 0);
    for (; item >= 0; item = findTag(chunk, tagsEnd, count, tag, item + 1)) {
      const at = packedAt(chunk.bytes, byteOf(block), item);
      if (isPacked(chunk, at, this.#large, bytes, start, end)) return item;
    }
    return -1;
  }

  /** Adds an item to a short list. Requires: `hasRoom`. */
  push(block: number, hash: number, bytes: DataView, start: number, end: number): void {
    const chunk = this.#arena.chunk(block);
    const { ints } = chunk;
    const header = this.#header(block);
    const count = ints[header + itemCountInt] ?? 0;
    const itemBytes = ints[header + itemBytesInt] ?? 0;
    // The tags stand elsewhere.
    const at = byteOf(block) + itemBytes - count;
    writePacked(chunk, at, this.#large, hash, bytes, start, end);
    chunk.bytes[keyStartAt(ints, header) - 1 - count] = tagOf(hash);
    ints[header + itemBytesInt] = itemBytes + packedBytes(end - start);
    ints[header + itemCountInt] = count + 1;
  }

  /** Adds all items of one list to another, which has none of them. Requires: `hasRoom`. The first is to be freed. */
  pushAll(to: number, from: number): void {
    const { view } = this.#arena.chunk(from);
    const target = this.#arena.chunk(to).view;
    copyBytes(view, byteOf(from), this.#itemsEnd(from), target, this.#itemsEnd(to));
    const [end, count] = [this.keyStart(from), this.count(from)];
    copyBytes(view, end - count, end, target, this.keyStart(to) - this.count(to) - count);
    this.#setInt(to, itemBytesInt, this.itemBytes(to) + this.itemBytes(from));
    this.#setInt(to, itemCountInt, this.count(to) + count);
  }

  /** Takes an item, which `find` found, out of a short list. */
  remove(block: number, item: number): void {
    const { bytes, view } = this.#arena.chunk(block);
    const at = packedAt(bytes, byteOf(block), item);
    const after = afterPacked(bytes, at);
    if (bytes[at] === isLarge) this.#large.release(numberAt(view, at));
    bytes.copyWithin(at, after, this.#itemsEnd(block));
    const [tagsEnd, count] = [this.keyStart(block), this.count(block)];
    bytes.copyWithin(tagsEnd - count + 1, tagsEnd - count, tagsEnd - 1 - item);
    // The length before the item is one of its two heads.
    this.#setInt(block, itemBytesInt, this.itemBytes(block) - (after - at) - (headBytes - 1));
    this.#setInt(block, itemCountInt, count - 1);
  }

  /** Calls `visit` for the items from position `start` to `end` (excluded). */
  forItems(block: number, start: number, end: number, visit: (item: string) => void): void {
    const { bytes, view } = this.#arena.chunk(block);
    this.#forPlaces(block, start, end, (at, after) => {
      if (bytes[at] === isLarge) visit(this.#large.get(numberAt(view, at)).text);
      else visit(readLatin1(bytes, at + 1, after));
    });
  }

  /** Writes them as binary-safe strings in a reply. */
  writeItems(block: number, start: number, end: number, reply: Reply): void {
    const { bytes, view } = this.#arena.chunk(block);
    this.#forPlaces(block, start, end, (at, after) => {
      if (bytes[at] === isLarge) reply.bulkLatin1(this.#large.get(numberAt(view, at)).text);
      else reply.bulkView(view, at + 1, after);
    });
  }

  /** Calls `visit` with the bytes of all items of a list, of which none is large, and the hash of each. */
  forBytes(
    block: number,
    visit: (hash: number, bytes: DataView, start: number, end: number) => void,
  ): void {
    const { view } = this.#arena.chunk(block);
    this.#forPlaces(block, 0, this.count(block), (at, after) => {
      visit(hashBytes(this.#secret, view, at + 1, after), view, at + 1, after);
    });
  }

  /** Calls `visit` with the hashes that all items were pushed with: those of their bytes, xor `mark`. */
  forHashes(block: number, mark: number, visit: (hash: number) => void): void {
    const { bytes, view } = this.#arena.chunk(block);
    this.#forPlaces(block, 0, this.count(block), (at, after) => {
      if (bytes[at] === isLarge) visit(this.#large.get(numberAt(view, at)).hash);
      else visit(hashBytes(this.#secret, view, at + 1, after) ^ mark);
    });
  }

  /** The items of a list as they are now. */
  capture(block: number): CapturedSegment {
    const { bytes, view } = this.#arena.chunk(block);
    const large: string[] = [];
    this.#forPlaces(block, 0, this.count(block), (at) => {
      if (bytes[at] === isLarge) large.push(this.#large.get(numberAt(view, at)).text);
    });
    const packed = bytes.subarray(byteOf(block), this.#itemsEnd(block));
    return new CapturedSegment(Buffer.from(packed), large);
  }

  /** Checks that each item is found by the hash of its bytes, xor `mark`. For tests. */
  audit(block: number, mark: number): void {
    const { bytes, view } = this.#arena.chunk(block);
    let item = 0;
    this.#forPlaces(block, 0, this.count(block), (at, after) => {
      const hash = hashBytes(this.#secret, view, at + 1, after) ^ mark;
      const isFound = this.find(block, hash, view, at + 1, after) === item;
      assert(bytes[at] === isLarge || isFound, 'an item is found by its hash');
      item += 1;
    });
  }

  /** Lets go of what of a list lies outside. It is to be freed. */
  releaseLarge(block: number): void {
    const { bytes, view } = this.#arena.chunk(block);
    this.#forPlaces(block, 0, this.count(block), (at) => {
      if (bytes[at] === isLarge) this.#large.release(numberAt(view, at));
    });
  }

  /** Whether the block has room for so many bytes of items. */
  hasRoom(block: number, itemBytes: number): boolean {
    return entryUnits(this.keyLength(block), itemBytes) <= this.#arena.unitsOf(block);
  }

  /** Moves an entry to a block with room for so many bytes, of items some more. The old one is given back. */
  move(block: number, itemBytes: number): number {
    const keyLength = this.keyLength(block);
    const room = this.count(block) < 0 ? itemBytes : roomFor(itemBytes);
    const moved = this.#arena.allocate(entryUnits(keyLength, room));
    const { view } = this.#arena.chunk(block);
    const target = this.#arena.chunk(moved).view;
    copyBytes(view, byteOf(block), this.#itemsEnd(block), target, byteOf(moved));
    const end = (this.#header(block) + headerInts) * 4;
    const movedEnd = (this.#header(moved) + headerInts) * 4;
    const length = end - this.keyStart(block) + Math.max(0, this.count(block));
    copyBytes(view, end - length, end, target, movedEnd - length);
    this.#arena.free(block);
    return moved;
  }

  /** Where the items of a short list end. */
  #itemsEnd(block: number): number {
    // The tags stand elsewhere. What is no short list has none.
    return byteOf(block) + this.itemBytes(block) - Math.max(0, this.count(block));
  }

  /** The first integer of the header. */
  #header(block: number): number {
    return (((block & chunkMask) + this.#arena.unitsOf(block)) << 1) - headerInts;
  }

  /** Calls `visit` with where items stand, from the length to the end. */
  #forPlaces(
    block: number,
    start: number,
    end: number,
    visit: (at: number, after: number) => void,
  ): void {
    const { bytes } = this.#arena.chunk(block);
    const last = Math.min(end, this.count(block));
    let at = byteOf(block);
    for (let item = 0; item < last; item += 1) {
      const after = afterPacked(bytes, at);
      if (item >= start) visit(at, after);
      at = after;
    }
  }

  #int(block: number, int: number): number {
    return this.#arena.chunk(block).ints[this.#header(block) + int] ?? 0;
  }

  #setInt(block: number, int: number, value: number): void {
    this.#arena.chunk(block).ints[this.#header(block) + int] = value;
  }
}

/** Where the key begins, of an entry with its header there: before it the tags end. */
function keyStartAt(ints: Int32Array, header: number): number {
  return header * 4 - keyBytes(ints[header + keyLengthInt] ?? 0);
}

/** Where a block begins in its chunk. */
function byteOf(block: number): number {
  return (block & chunkMask) * unitBytes;
}

/** Half as much again, or a list that grows would be moved for each item. */
function roomFor(itemBytes: number): number {
  return Math.min(itemBytesMax, itemBytes * 1.5);
}
