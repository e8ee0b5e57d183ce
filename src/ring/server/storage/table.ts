import { Arena } from '../../../core/arena/arena.ts';
import { CachedView } from '../../../core/arena/cached-view.ts';
import { createHashSecret, hashBytes, type HashSecret } from '../../../core/arena/hash-bytes.ts';
import { HashIndex } from '../../../core/arena/hash-index.ts';
import { assert } from '../../../core/assert.ts';
import { readLatin1, writeLatin1 } from '../../../core/latin1.ts';
import { clientLimits, ringLimits } from '../../../core/limits.ts';
import type { Random } from '../../../core/random.ts';
import { batchCommandsMax } from '../../../resp/command-batch.ts';
import { ChunkedItems } from './chunked-items.ts';
import { Entries } from './entries.ts';
import { isOutside, keyLayout } from './entry-layout.ts';
import { headBytes, itemBytesMax, itemLengthMax, PackedItems } from './packed-items.ts';
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
  readonly #entries: Entries = new Entries(this.#arena);
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
    const hash = hashBytes(this.#secret, view, 0, key.length);
    const block = this.#index.find(hash, view, 0, key.length);
    return block === 0 ? undefined : this.#heldBytes(block);
  }

  /** All entries; whoever goes on with it later sees the ones of then. */
  *entries(): Generator<[key: string, entry: Entry]> {
    for (let place = 0; place < this.#places.end; place += 1) {
      const block = this.#places.block(place);
      if (block === 0) continue;
      yield [this.#entries.key(block), this.#entryOf(block)];
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
      this.#add(hash, this.#entries.create(view, start, end, isOutside), value);
      this.#byteLength += bytesPerValue + value.length;
      return true;
    }
    const place = this.#entries.place(block);
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
      block = this.#entries.create(view, keyStart, keyEnd, packedBytes);
      this.#add(hash, block, undefined);
      this.#listCount += 1;
    }
    const count = this.#entries.count(block);
    if (count === isOutside) return this.#appendOutside(block, bytes, start, end);
    if (this.#entries.find(block, bytes, start, end) >= 0) return 0;
    const itemBytes = this.#entries.itemBytes(block) + packedBytes;
    const isLong = count === this.#bounds.listPackedItems || end - start > itemLengthMax;
    if (isLong || itemBytes > itemBytesMax) {
      return this.#appendOutside(this.#unpack(hash, block), bytes, start, end);
    }
    if (!this.#entries.hasRoom(block, itemBytes)) block = this.#move(hash, block, itemBytes);
    this.#entries.push(block, bytes, start, end);
    return 1;
  }

  remove(key: string, item: string): 0 | 1 | 'wrong type' {
    const bytes = this.#bytesOf(key, item);
    const view = this.#source.of(bytes);
    const hash = hashBytes(this.#secret, view, 0, key.length);
    const block = this.#index.find(hash, view, 0, key.length);
    if (block === 0) return 0;
    const count = this.#entries.count(block);
    if (count === isOutside) return this.#removeOutside(hash, block, item);
    const at = this.#entries.find(block, bytes, key.length, key.length + item.length);
    if (at < 0) return 0;
    if (count === 1) {
      // An empty list is no list, as in Redis.
      this.#drop(hash, block);
      return 1;
    }
    this.#entries.remove(block, at, item.length);
    const itemBytes = this.#entries.itemBytes(block);
    if (this.#entries.hasRoom(block, itemBytes * 4)) this.#move(hash, block, itemBytes);
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
      const start = this.#entries.keyStart(block);
      const end = start + this.#entries.keyLength(block);
      assert(hash === hashBytes(this.#secret, view, start, end), 'it is found by its hash');
      const place = this.#entries.place(block);
      assert(this.#places.block(place) === block, 'it stands at its place');
    });
    assert(unowned.size === 0 && count === this.#size, 'nothing is in use without an owner');
    assert(heldBytes === this.#byteLength, 'what entries take is counted');
  }

  /** A new entry. */
  #add(hash: number, block: number, outside: string | undefined): void {
    this.#entries.setPlace(block, this.#places.take(block, outside));
    this.#index.add(hash, block);
    this.#size += 1;
    this.#byteLength += bytesPerEntry + this.#entries.heldBytes(block);
  }

  #drop(hash: number, block: number): void {
    this.#byteLength -= this.#heldBytes(block);
    this.#size -= 1;
    const place = this.#entries.place(block);
    if (typeof this.#places.outside(place) !== 'string') this.#listCount -= 1;
    this.#places.release(place);
    this.#index.remove(hash, block);
    this.#entries.free(block);
  }

  /** A short list becomes a long one. Returns its block. */
  #unpack(hash: number, block: number): number {
    const many = new ChunkedItems(this.#bounds.listChunkItems);
    const list = new PackedItems(this.#arena, block);
    list.forRange(0, list.size, (item) => many.append(item));
    this.#entries.setOutside(block);
    this.#places.setOutside(this.#entries.place(block), many);
    this.#byteLength += many.heldBytes;
    return this.#move(hash, block, 0);
  }

  #appendOutside(
    block: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): 0 | 1 | 'wrong type' {
    const list = this.#outside(block);
    if (!(list instanceof ChunkedItems)) return 'wrong type';
    const item = readLatin1(bufferOf(bytes), start, end);
    if (list.has(item)) return 0;
    const before = list.heldBytes;
    list.append(item);
    this.#byteLength += list.heldBytes - before;
    return 1;
  }

  #removeOutside(hash: number, block: number, item: string): 0 | 1 | 'wrong type' {
    const list = this.#outside(block);
    if (!(list instanceof ChunkedItems)) return 'wrong type';
    const before = list.heldBytes;
    if (!list.remove(item)) return 0;
    this.#byteLength += list.heldBytes - before;
    if (list.size === 0) this.#drop(hash, block);
    return 1;
  }

  /** Moves an entry to a block with room for so many bytes of items. */
  #move(hash: number, block: number, itemBytes: number): number {
    this.#byteLength -= this.#entries.heldBytes(block);
    const moved = this.#entries.move(block, itemBytes);
    this.#byteLength += this.#entries.heldBytes(moved);
    this.#index.replace(hash, block, moved);
    this.#places.move(this.#entries.place(moved), moved);
    return moved;
  }

  #entryOf(block: number): Entry {
    const outside = this.#outside(block);
    return outside ?? new PackedItems(this.#arena, block);
  }

  /** What an entry leads to if that is no short list. */
  #outside(block: number): string | ChunkedItems | undefined {
    return this.#places.outside(this.#entries.place(block));
  }

  #heldBytes(block: number): number {
    const outside = this.#outside(block);
    const bytes = bytesPerEntry + this.#entries.heldBytes(block);
    if (outside === undefined) return bytes;
    return (
      bytes + (typeof outside === 'string' ? bytesPerValue + outside.length : outside.heldBytes)
    );
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

function bufferOf(bytes: Uint8Array): Buffer {
  if (Buffer.isBuffer(bytes)) return bytes;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
