import { Arena } from '../../../core/arena/arena.ts';
import { CachedView } from '../../../core/arena/cached-view.ts';
import { createHashSecret, hashBytes, type HashSecret } from '../../../core/arena/hash-bytes.ts';
import { HashIndex } from '../../../core/arena/hash-index.ts';
import { chunkMask, unitBytes } from '../../../core/arena/units.ts';
import { assert } from '../../../core/assert.ts';
import { copyBytes } from '../../../core/copy-words.ts';
import { readLatin1, writeLatin1 } from '../../../core/latin1.ts';
import { clientLimits, ringLimits } from '../../../core/limits.ts';
import type { Random } from '../../../core/random.ts';
import { batchCommandsMax } from '../../../resp/command-batch.ts';
import { ChunkedItems } from './chunked-items.ts';
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
import {
  findPacked,
  headBytes,
  itemBytesMax,
  itemLengthMax,
  PackedItems,
  writePacked,
} from './packed-items.ts';
import { Places } from './places.ts';

/**
 * A list without duplicates in the order of appending: AppendToList, RemoveFromList, and reads of a range. Tribbler §3.2. One
 * that has grown long stays what it is then. To be read: what changes it is the table's.
 */
export type ItemList = PackedItems | ChunkedItems;

/** What a key leads to. A list is never empty. */
export type Entry = string | ItemList;

export interface TableBounds {
  /** Lists up to this size are bytes that are searched; an index for each would cost more than all their items. */
  readonly listPackedItems: number;
  /** Items of one chunk of a longer list. */
  readonly listChunkItems: number;
}

/** Of one entry, about, besides its block: a pair in the index, filled by half, and its place. */
const bytesPerEntry = 32;
/** Of a value, about, besides its bytes: the string that it is. */
const bytesPerValue = 24;

/**
 * The keys of a node. Each is a block of an arena, with the items of a short list right behind it: to append to one takes a look
 * at the index and one at the block, and the collector sees none of it. Values are strings, long lists are objects; both lie
 * outside, by the place of their entry.
 *
 * Keys and items are given as bytes where they were read. Values, and whatever is given as a string, are strings of which each
 * character is one byte: V8's compact form.
 */
export class Table {
  readonly #arena = new Arena();
  readonly #index: HashIndex = new HashIndex(this.#arena, keyLayout);
  readonly #places: Places<string | ChunkedItems> = new Places();
  readonly #secret: HashSecret;
  readonly #bounds: TableBounds;
  /** Of what is given: mostly the read buffer of the thread. */
  readonly #source = new CachedView();
  /** Where what is given as a string is made bytes. */
  readonly #scratch: Buffer = Buffer.alloc(clientLimits.keyBytesMax + itemLengthMax);
  readonly #hashes = new Int32Array(batchCommandsMax);
  #byteLength = 0;
  #size = 0;
  #listCount = 0;

  /** `random` makes the hashes of keys unguessable. */
  constructor(random: Random, bounds: TableBounds = ringLimits) {
    this.#secret = createHashSecret(random);
    this.#bounds = bounds;
  }

  get size(): number {
    return this.#size;
  }

  /** Of the entries: those that are lists. */
  get listCount(): number {
    return this.#listCount;
  }

  /** What all entries take, about. */
  get byteLength(): number {
    return this.#byteLength;
  }

  /**
   * Reads ahead what look-ups of `count` keys will touch, `bytes[ranges[0] … ranges[1])` and so on: one by one each would
   * wait for memory. Requires: count ≤ `batchCommandsMax`.
   */
  prefetch(bytes: Uint8Array, ranges: Int32Array, count: number): void {
    const view = this.#source.of(bytes);
    for (let i = 0; i < count; i += 1) {
      this.#hashes[i] = hashBytes(this.#secret, view, ranges[i * 2] ?? 0, ranges[i * 2 + 1] ?? 0);
    }
    this.#index.prefetch(this.#hashes, count);
  }

  get(key: string): Entry | undefined {
    return this.find(this.#bytesOf(key, ''), 0, key.length);
  }

  /** What the key `bytes[start … end)` leads to. A list is lent until the table is changed. */
  find(bytes: Uint8Array, start: number, end: number): Entry | undefined {
    const view = this.#source.of(bytes);
    const block = this.#index.find(hashBytes(this.#secret, view, start, end), view, start, end);
    return block === 0 ? undefined : this.#entryOf(block);
  }

  /** What the entry of a key takes, about; undefined: there is none. */
  bytesOf(key: string): number | undefined {
    const view = this.#source.of(this.#bytesOf(key, ''));
    const block = this.#index.find(
      hashBytes(this.#secret, view, 0, key.length),
      view,
      0,
      key.length,
    );
    return block === 0 ? undefined : this.#heldBytes(block);
  }

  /** All entries; whoever goes on with it later sees the ones of then. */
  *entries(): Generator<[key: string, entry: Entry]> {
    for (let place = 0; place < this.#places.end; place += 1) {
      const block = this.#places.block(place);
      if (block === 0) continue;
      const { bytes } = this.#arena.chunk(block);
      const start = byteOf(block) + keyLayout.keyByte;
      yield [readLatin1(bytes, start, start + this.#keyLength(block)), this.#entryOf(block)];
    }
  }

  /** False: it is a list. */
  set(key: string, value: string): boolean {
    return this.setAt(this.#bytesOf(key, ''), 0, key.length, value);
  }

  /** The same for the key `bytes[start … end)`. */
  setAt(bytes: Uint8Array, start: number, end: number, value: string): boolean {
    const view = this.#source.of(bytes);
    const hash = hashBytes(this.#secret, view, start, end);
    const block = this.#index.find(hash, view, start, end);
    if (block === 0) {
      this.#create(hash, view, start, end, 0, value);
      this.#byteLength += bytesPerValue + value.length;
      return true;
    }
    if (this.#int(block, itemCountInt) !== isOutside) return false;
    const place = this.#int(block, placeInt);
    const old = this.#places.outside(place);
    if (typeof old !== 'string') return false;
    this.#byteLength += value.length - old.length;
    this.#places.setOutside(place, value);
    return true;
  }

  /** Sets a value, whatever was there. */
  replace(key: string, value: string): void {
    if (this.set(key, value)) return;
    this.delete(key);
    this.set(key, value);
  }

  /** A value or a list; false: there was none. */
  delete(key: string): boolean {
    const view = this.#source.of(this.#bytesOf(key, ''));
    const hash = hashBytes(this.#secret, view, 0, key.length);
    const block = this.#index.find(hash, view, 0, key.length);
    if (block === 0) return false;
    this.#drop(hash, block);
    return true;
  }

  append(key: string, item: string): 0 | 1 | 'wrong type' {
    const bytes = this.#bytesOf(key, item);
    return this.appendAt(bytes, 0, key.length, key.length, key.length + item.length);
  }

  /** The same for the key `bytes[keyStart … keyEnd)` and the item `bytes[start … end)`. */
  appendAt(
    bytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    start: number,
    end: number,
  ): 0 | 1 | 'wrong type' {
    const view = this.#source.of(bytes);
    const hash = hashBytes(this.#secret, view, keyStart, keyEnd);
    let block = this.#index.find(hash, view, keyStart, keyEnd);
    const packedBytes = headBytes + end - start;
    if (block === 0) {
      block = this.#create(hash, view, keyStart, keyEnd, roomFor(packedBytes), undefined);
      this.#listCount += 1;
    }
    const { ints, bytes: there } = this.#arena.chunk(block);
    const int = (block & chunkMask) << 1;
    const count = ints[int + itemCountInt] ?? 0;
    if (count === isOutside) return this.#appendOutside(block, bytes, start, end);
    const itemBytes = ints[int + itemBytesInt] ?? 0;
    const from = byteOf(block) + itemsByte(keyEnd - keyStart);
    if (findPacked(there, from, from + itemBytes, bytes, start, end) >= 0) return 0;
    const isLong = count === this.#bounds.listPackedItems || end - start > itemLengthMax;
    if (isLong || itemBytes + packedBytes > itemBytesMax) {
      return this.#appendOutside(this.#unpack(hash, block), bytes, start, end);
    }
    if (entryUnits(keyEnd - keyStart, itemBytes + packedBytes) > this.#arena.unitsOf(block)) {
      block = this.#move(hash, block, roomFor(itemBytes + packedBytes));
    }
    this.#push(block, bytes, start, end);
    return 1;
  }

  remove(key: string, item: string): 0 | 1 | 'wrong type' {
    const bytes = this.#bytesOf(key, item);
    const view = this.#source.of(bytes);
    const hash = hashBytes(this.#secret, view, 0, key.length);
    const block = this.#index.find(hash, view, 0, key.length);
    if (block === 0) return 0;
    const count = this.#int(block, itemCountInt);
    if (count === isOutside) return this.#removeOutside(hash, block, item);
    const there = this.#arena.chunk(block).bytes;
    const from = this.#itemsAt(block);
    const to = from + this.#int(block, itemBytesInt);
    const at = findPacked(there, from, to, bytes, key.length, key.length + item.length);
    if (at < 0) return 0;
    if (count === 1) {
      this.#drop(hash, block);
      return 1;
    }
    const next = at + headBytes + item.length;
    there.copyWithin(at, next, to);
    const itemBytes = to - from - (next - at);
    this.#setInt(block, itemBytesInt, itemBytes);
    this.#setInt(block, itemCountInt, count - 1);
    const isRoomy = entryUnits(this.#keyLength(block), itemBytes * 4) < this.#arena.unitsOf(block);
    if (isRoomy) this.#move(hash, block, roomFor(itemBytes));
    return 1;
  }

  /** Checks that each block in use has one owner, and each entry is where it is looked for. For tests. */
  audit(): void {
    const unowned = this.#arena.audit();
    const own = (block: number): void => {
      assert(unowned.delete(block), 'a block is in use and has one owner');
    };
    let count = 0;
    let heldBytes = 0;
    this.#index.audit(own, (hash, block) => {
      own(block);
      count += 1;
      heldBytes += this.#heldBytes(block);
      const { view } = this.#arena.chunk(block);
      const start = byteOf(block) + keyLayout.keyByte;
      const end = start + this.#keyLength(block);
      assert(hash === hashBytes(this.#secret, view, start, end), 'it is found by its hash');
      assert(this.#places.block(this.#int(block, placeInt)) === block, 'it stands at its place');
    });
    assert(unowned.size === 0 && count === this.#size, 'nothing is in use without an owner');
    assert(heldBytes === this.#byteLength, 'what entries take is counted');
  }

  /** An empty short list, or what leads to `outside`. */
  #create(
    hash: number,
    view: DataView,
    start: number,
    end: number,
    itemBytes: number,
    outside: string | undefined,
  ): number {
    const block = this.#arena.allocate(entryUnits(end - start, itemBytes));
    this.#setInt(block, keyLengthInt, end - start);
    this.#setInt(block, placeInt, this.#places.take(block, outside));
    this.#setInt(block, itemBytesInt, 0);
    this.#setInt(block, itemCountInt, outside === undefined ? 0 : isOutside);
    copyBytes(view, start, end, this.#arena.chunk(block).view, byteOf(block) + keyLayout.keyByte);
    this.#index.add(hash, block);
    this.#size += 1;
    this.#byteLength += bytesPerEntry + this.#arena.unitsOf(block) * unitBytes;
    return block;
  }

  #drop(hash: number, block: number): void {
    this.#byteLength -= this.#heldBytes(block);
    this.#size -= 1;
    const place = this.#int(block, placeInt);
    if (typeof this.#places.outside(place) !== 'string') this.#listCount -= 1;
    this.#places.release(place);
    this.#index.remove(hash, block);
    this.#arena.free(block);
  }

  /** A short list becomes a long one. Returns its block. */
  #unpack(hash: number, block: number): number {
    const many = new ChunkedItems(this.#bounds.listChunkItems);
    const list = new PackedItems(this.#arena, block);
    list.forRange(0, list.size, (item) => many.append(item));
    this.#setInt(block, itemBytesInt, 0);
    this.#setInt(block, itemCountInt, isOutside);
    this.#places.setOutside(this.#int(block, placeInt), many);
    this.#byteLength += many.heldBytes;
    return this.#move(hash, block, 0);
  }

  #appendOutside(
    block: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): 0 | 1 | 'wrong type' {
    const list = this.#places.outside(this.#int(block, placeInt));
    if (!(list instanceof ChunkedItems)) return 'wrong type';
    const item = readLatin1(bufferOf(bytes), start, end);
    if (list.has(item)) return 0;
    const before = list.heldBytes;
    list.append(item);
    this.#byteLength += list.heldBytes - before;
    return 1;
  }

  #removeOutside(hash: number, block: number, item: string): 0 | 1 | 'wrong type' {
    const list = this.#places.outside(this.#int(block, placeInt));
    if (!(list instanceof ChunkedItems)) return 'wrong type';
    const before = list.heldBytes;
    if (!list.remove(item)) return 0;
    this.#byteLength += list.heldBytes - before;
    // An empty list is no list, as in Redis.
    if (list.size === 0) this.#drop(hash, block);
    return 1;
  }

  /** Adds an item to a short list. Requires: room for it. */
  #push(block: number, bytes: Uint8Array, start: number, end: number): void {
    const { ints, bytes: there } = this.#arena.chunk(block);
    const int = (block & chunkMask) << 1;
    const itemBytes = ints[int + itemBytesInt] ?? 0;
    const at = byteOf(block) + itemsByte(ints[int + keyLengthInt] ?? 0) + itemBytes;
    writePacked(there, at, bytes, start, end);
    ints[int + itemBytesInt] = itemBytes + headBytes + end - start;
    ints[int + itemCountInt] = (ints[int + itemCountInt] ?? 0) + 1;
  }

  /** Moves an entry to a block with room for so many bytes of items. */
  #move(hash: number, block: number, itemBytes: number): number {
    const keyLength = this.#keyLength(block);
    const moved = this.#arena.allocate(entryUnits(keyLength, itemBytes));
    const start = byteOf(block);
    const end = start + itemsByte(keyLength) + this.#int(block, itemBytesInt);
    const { view } = this.#arena.chunk(block);
    copyBytes(view, start, end, this.#arena.chunk(moved).view, byteOf(moved));
    this.#byteLength += (this.#arena.unitsOf(moved) - this.#arena.unitsOf(block)) * unitBytes;
    this.#index.replace(hash, block, moved);
    this.#places.move(this.#int(moved, placeInt), moved);
    this.#arena.free(block);
    return moved;
  }

  #entryOf(block: number): Entry {
    if (this.#int(block, itemCountInt) !== isOutside) return new PackedItems(this.#arena, block);
    const outside = this.#places.outside(this.#int(block, placeInt));
    assert(outside !== undefined, 'what is no short list lies outside');
    return outside;
  }

  #heldBytes(block: number): number {
    const outside = this.#places.outside(this.#int(block, placeInt));
    const bytes = bytesPerEntry + this.#arena.unitsOf(block) * unitBytes;
    if (outside === undefined) return bytes;
    return (
      bytes + (typeof outside === 'string' ? bytesPerValue + outside.length : outside.heldBytes)
    );
  }

  /** Where the items of a short list begin in its chunk. */
  #itemsAt(block: number): number {
    return byteOf(block) + itemsByte(this.#keyLength(block));
  }

  #keyLength(block: number): number {
    return this.#int(block, keyLengthInt);
  }

  #int(block: number, int: number): number {
    return this.#arena.chunk(block).ints[((block & chunkMask) << 1) + int] ?? 0;
  }

  #setInt(block: number, int: number, value: number): void {
    this.#arena.chunk(block).ints[((block & chunkMask) << 1) + int] = value;
  }

  /** A key, and right behind it an item, as bytes. Lent until the next call. */
  #bytesOf(key: string, item: string): Buffer {
    const length = key.length + item.length;
    const bytes = length <= this.#scratch.length ? this.#scratch : Buffer.alloc(length);
    writeLatin1(bytes, key, 0);
    if (item !== '') writeLatin1(bytes, item, key.length);
    return bytes;
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

function bufferOf(bytes: Uint8Array): Buffer {
  if (Buffer.isBuffer(bytes)) return bytes;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
