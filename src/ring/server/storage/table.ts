import { Arena } from '../../../core/arena/arena.ts';
import { CachedView } from '../../../core/arena/cached-view.ts';
import { createHashSecret, hashBytes, type HashSecret } from '../../../core/arena/hash-bytes.ts';
import { HashIndex } from '../../../core/arena/hash-index.ts';
import { assert } from '../../../core/assert.ts';
import { writeLatin1 } from '../../../core/latin1.ts';
import { clientLimits, ringLimits } from '../../../core/limits.ts';
import type { Random } from '../../../core/random.ts';
import { batchCommandsMax } from '../../../resp/command-batch.ts';
import { Entries } from './entries.ts';
import { isOutside, isValue } from './entry-layout.ts';
import type { ItemList } from './item-list.ts';
import { LongList } from './long-list.ts';
import { LongLists } from './long-lists.ts';
import { itemBytesMax, packedBytes, packedLengthMax } from './packed-items.ts';
import { Places } from './places.ts';
import { ShortList } from './short-list.ts';
import { Value } from './value.ts';

/** What a key leads to. A list is never empty. */
export type Entry = Value | ItemList;

export interface TableBounds {
  /** A list that has more is a long one, and its segments have no more. */
  readonly packedItemsMax: number;
}

/** Of one entry, about, besides its block: a pair in the index, filled by half, and its place. */
const bytesPerEntry = 32;
/** Of a large value, about, besides its bytes: a view and what it is a view of. */
const bytesPerLargeValue = 200;

/**
 * The keys of a node. Each is a block of an arena, with its value or the items of a short list: to read or write one takes a look
 * at the index and one at the block, and the collector sees none of it. A list that has grown long stays what it is then: its
 * items are in blocks of their own. What it knows of them, and a large value, lies outside, by the place of the entry.
 *
 * Keys, values and items are given as bytes where they were read. Of what is given as a string each character is one byte:
 * V8's compact form.
 */
export class Table {
  readonly #arena = new Arena();
  readonly #secret: HashSecret;
  readonly #entries: Entries;
  readonly #index: HashIndex;
  readonly #places: Places<DataView | LongList> = new Places();
  readonly #longLists: LongLists;
  readonly #bounds: TableBounds;
  /** Of what is given: mostly the read buffer of the thread. */
  readonly #source = new CachedView();
  /** Where what is given as a string is made bytes. */
  readonly #scratch: Buffer = Buffer.alloc(clientLimits.keyBytesMax + packedLengthMax);
  readonly #hashes = new Int32Array(batchCommandsMax);
  #byteLength = 0;
  #size = 0;
  #listCount = 0;

  /** `random` makes the hashes of keys unguessable. */
  constructor(random: Random, bounds: TableBounds = ringLimits) {
    this.#secret = createHashSecret(random);
    this.#entries = new Entries(this.#arena, this.#secret);
    this.#index = new HashIndex(this.#arena, this.#entries);
    this.#longLists = new LongLists(this.#arena, this.#entries, bounds.packedItemsMax);
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
    for (let i = 0; i < count; i += 1) this.#arena.touchEnd(this.#hashes[i] ?? 0);
  }

  /** A value as a string, or a list. */
  get(key: string): string | ItemList | undefined {
    const entry = this.find(this.#bytesOf(key, ''), 0, key.length);
    return entry instanceof Value ? entry.text : entry;
  }

  /** What the key `bytes[start … end)` leads to: lent until the table is changed. */
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
    const end = key.length + value.length;
    return this.setAt(this.#bytesOf(key, value), 0, key.length, key.length, end);
  }

  /** The same for the key `bytes[keyStart … keyEnd)` and the value `bytes[start … end)`. */
  setAt(bytes: Uint8Array, keyStart: number, keyEnd: number, start: number, end: number): boolean {
    this.#longLists.dropSome();
    const view = this.#source.of(bytes);
    const hash = hashBytes(this.#secret, view, keyStart, keyEnd);
    let block = this.#index.find(hash, view, keyStart, keyEnd);
    const isLarge = end - start > itemBytesMax;
    const room = isLarge ? 0 : end - start;
    if (block === 0) {
      block = this.#entries.create(view, keyStart, keyEnd, room, isValue);
      this.#add(hash, block);
    } else if (!this.#isValue(block)) return false;
    else if (!this.#entries.fits(block, room)) {
      // Nothing of the old value is to be moved.
      if (this.#entries.count(block) === isValue) this.#entries.clear(block, isValue);
      block = this.#move(hash, block, room);
    }
    if (isLarge || this.#entries.count(block) === isOutside) {
      this.#setLarge(block, isLarge ? copyOf(bytes.subarray(start, end)) : undefined);
    }
    if (!isLarge) this.#entries.setValue(block, view, start, end);
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
    this.#longLists.dropSome();
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
    this.#longLists.dropSome();
    const view = this.#source.of(bytes);
    const hash = hashBytes(this.#secret, view, keyStart, keyEnd);
    let block = this.#index.find(hash, view, keyStart, keyEnd);
    const itemHash = hashBytes(this.#secret, view, start, end);
    if (block === 0) {
      block = this.#entries.create(view, keyStart, keyEnd, packedBytes(end - start));
      this.#add(hash, block);
      this.#listCount += 1;
    }
    const count = this.#entries.count(block);
    if (count < 0) return this.#appendToLong(block, itemHash, view, start, end);
    if (this.#entries.find(block, itemHash, view, start, end) >= 0) return 0;
    const itemBytes = this.#entries.itemBytes(block) + packedBytes(end - start);
    const isLong = count === this.#bounds.packedItemsMax || end - start > packedLengthMax;
    if (isLong || itemBytes > itemBytesMax) {
      return this.#appendToLong(this.#makeLong(hash, block), itemHash, view, start, end);
    }
    if (!this.#entries.hasRoom(block, itemBytes)) block = this.#move(hash, block, itemBytes);
    this.#entries.push(block, itemHash, view, start, end);
    return 1;
  }

  remove(key: string, item: string): 0 | 1 | 'wrong type' {
    this.#longLists.dropSome();
    const view = this.#source.of(this.#bytesOf(key, item));
    const [start, end] = [key.length, key.length + item.length];
    const hash = hashBytes(this.#secret, view, 0, start);
    const block = this.#index.find(hash, view, 0, start);
    if (block === 0) return 0;
    const itemHash = hashBytes(this.#secret, view, start, end);
    const count = this.#entries.count(block);
    if (count < 0) {
      const long = this.#outside(block);
      if (!(long instanceof LongList)) return 'wrong type';
      this.#byteLength -= long.heldBytes;
      const isRemoved = long.remove(itemHash, view, start, end);
      this.#byteLength += long.heldBytes;
      if (long.size === 0) this.#drop(hash, block);
      return isRemoved ? 1 : 0;
    }
    const index = this.#entries.find(block, itemHash, view, start, end);
    if (index < 0) return 0;
    if (count === 1) {
      // An empty list is no list, as in Redis.
      this.#drop(hash, block);
      return 1;
    }
    this.#entries.remove(block, index);
    const itemBytes = this.#entries.itemBytes(block);
    if (this.#entries.hasRoom(block, itemBytes * 4)) this.#move(hash, block, itemBytes);
    return 1;
  }

  /**
   * Checks that each block in use has one owner, and each entry and item is where it is looked for. Returns how many items of
   * lists that are no more are still to be let go of. For tests.
   */
  audit(): number {
    const unowned = this.#arena.audit();
    const own = (block: number): void => {
      assert(unowned.delete(block), 'a block is in use and has one owner');
    };
    const lists: LongList[] = [];
    let [count, heldBytes] = [0, 0];
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
      const outside = this.#outside(block);
      assert(outside === this.#places.outside(place), 'what lies outside is known to');
      if (outside instanceof LongList) lists.push(outside);
      this.#entries.audit(block, 0);
    });
    const droppedItems = this.#longLists.audit(lists, own);
    assert(unowned.size === 0 && count === this.#size, 'nothing is in use without an owner');
    assert(heldBytes === this.#byteLength, 'what entries take is counted');
    return droppedItems;
  }

  /** A new entry. */
  #add(hash: number, block: number): void {
    this.#entries.setPlace(block, this.#places.take(block, undefined));
    this.#index.add(hash, block);
    this.#size += 1;
    this.#byteLength += bytesPerEntry + this.#entries.heldBytes(block);
  }

  #drop(hash: number, block: number): void {
    this.#byteLength -= this.#heldBytes(block);
    this.#size -= 1;
    const outside = this.#outside(block);
    if (!this.#isValue(block)) this.#listCount -= 1;
    if (outside instanceof LongList) this.#longLists.drop(outside);
    this.#places.release(this.#entries.place(block));
    this.#index.remove(hash, block);
    this.#entries.free(block);
  }

  /** A short list becomes a long one. Returns its block. */
  #makeLong(hash: number, block: number): number {
    const long = this.#longLists.create(block);
    this.#entries.clear(block, isOutside);
    this.#places.setOutside(this.#entries.place(block), long);
    this.#byteLength += long.heldBytes;
    return this.#move(hash, block, 0);
  }

  #appendToLong(
    block: number,
    itemHash: number,
    view: DataView,
    start: number,
    end: number,
  ): 0 | 1 | 'wrong type' {
    const long = this.#outside(block);
    if (!(long instanceof LongList)) return 'wrong type';
    this.#byteLength -= long.heldBytes;
    const isAppended = long.append(itemHash, view, start, end);
    this.#byteLength += long.heldBytes;
    return isAppended ? 1 : 0;
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
    const count = this.#entries.count(block);
    if (count === isValue) return this.#entries.value(block);
    if (count >= 0) return new ShortList(this.#entries, block);
    const outside = this.#outside(block);
    if (outside instanceof DataView) return new Value(outside, 0, outside.byteLength);
    assert(outside !== undefined, 'what lies outside is there');
    return outside;
  }

  #isValue(block: number): boolean {
    return this.#entries.count(block) === isValue || this.#outside(block) instanceof DataView;
  }

  /** What an entry leads to if that lies outside. */
  #outside(block: number): DataView | LongList | undefined {
    const isThere = this.#entries.count(block) === isOutside;
    return isThere ? this.#places.outside(this.#entries.place(block)) : undefined;
  }

  /** The value of an entry lies outside from now on; undefined: in its block. */
  #setLarge(block: number, value: DataView | undefined): void {
    this.#byteLength -= this.#heldBytes(block);
    this.#places.setOutside(this.#entries.place(block), value);
    this.#entries.clear(block, value === undefined ? isValue : isOutside);
    this.#byteLength += this.#heldBytes(block);
  }

  #heldBytes(block: number): number {
    const bytes = bytesPerEntry + this.#entries.heldBytes(block);
    const outside = this.#outside(block);
    if (outside === undefined) return bytes;
    if (outside instanceof LongList) return bytes + outside.heldBytes;
    return bytes + bytesPerLargeValue + outside.byteLength;
  }

  /** A key, and right behind it a value or an item, as bytes. Lent until the next call. */
  #bytesOf(key: string, item: string): Buffer {
    const length = key.length + item.length;
    const bytes = length <= this.#scratch.length ? this.#scratch : Buffer.alloc(length);
    writeLatin1(bytes, key, 0);
    if (item !== '') writeLatin1(bytes, item, key.length);
    return bytes;
  }
}

function copyOf(bytes: Uint8Array): DataView {
  return new DataView(new Uint8Array(bytes).buffer);
}
