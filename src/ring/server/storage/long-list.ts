import { assert } from '../../../core/assert.ts';
import type { Reply } from '../../../resp/reply.ts';
import type { Entries } from './entries.ts';
import type { ItemIndex } from './item-index.ts';
import type { CapturedItems, ItemList } from './item-list.ts';
import { itemBytesMax, packedBytes, packedLengthMax } from './packed-items.ts';

/** A new segment has room for so much: one that grew from nothing would be moved a dozen times. */
const firstRoomBytes = 512;
/** Of an item, besides its block: its pair in the index, which is filled by half and more. */
const bytesPerItem = 12;

/** What all long lists of a table share. */
export interface LongListParts {
  readonly entries: Entries;
  readonly index: ItemIndex;
  /** Items of a segment, at most. */
  readonly segmentItems: number;
}

/**
 * Many items without duplicates, in the order of appending.
 *
 * They stand in segments, which are entries without a key: packed as those of a short list. Positions are counted over
 * segments from the nearer end; whether an item is there, and in which segment, the index of all long lists says.
 *
 * Invariants: no segment is empty; of two neighbours at least one is more than a quarter full, so that what was removed leaves
 * no trail of small segments.
 */
export class LongList implements ItemList {
  readonly #parts: LongListParts;
  /** Makes the hashes of its items its own: else an item of many lists would be many items with one hash. */
  readonly #mark: number;
  /** Their numbers, oldest first. */
  readonly #segments: number[] = [];
  #size = 0;
  #byteLength = 0;
  #blockBytes = 0;
  /** Of items that lie outside the arena. */
  #largeBytes = 0;

  /** `number`: no other list of the table has it. */
  constructor(parts: LongListParts, number: number) {
    this.#parts = parts;
    // Odd, so that two numbers never give one mark.
    this.#mark = Math.imul(number, 0x9e37_79b1);
  }

  get size(): number {
    return this.#size;
  }

  get byteLength(): number {
    return this.#byteLength;
  }

  /** What the items take, about. */
  get heldBytes(): number {
    return this.#blockBytes + this.#largeBytes + this.#size * bytesPerItem;
  }

  /** Appends the item `bytes[start … end)`; false: it was there. `itemHash`: of its bytes. */
  append(itemHash: number, bytes: DataView, start: number, end: number): boolean {
    const { entries, index } = this.#parts;
    const hash = itemHash ^ this.#mark;
    if (index.find(this, hash, bytes, start, end) !== 0) return false;
    const segment = this.#segmentWithRoom(packedBytes(end - start));
    entries.push(index.block(segment), hash, bytes, start, end);
    index.add(hash, segment);
    this.#count(end - start, 1);
    return true;
  }

  /** False: it is not there. */
  remove(itemHash: number, bytes: DataView, start: number, end: number): boolean {
    const { entries, index } = this.#parts;
    const hash = itemHash ^ this.#mark;
    const segment = index.find(this, hash, bytes, start, end);
    if (segment === 0) return false;
    const block = index.block(segment);
    entries.remove(block, entries.find(block, hash, bytes, start, end));
    index.remove(hash, segment);
    this.#count(end - start, -1);
    this.#tighten(segment);
    return true;
  }

  /** The list is no more: lets go of some segments, the newest first. False: all are gone. */
  dropSome(itemsMin: number): boolean {
    const { entries, index } = this.#parts;
    for (let dropped = 0; dropped < itemsMin;) {
      const segment = this.#segments.pop();
      if (segment === undefined) return false;
      const block = index.block(segment);
      dropped += entries.count(block);
      this.#size -= entries.count(block);
      entries.forHashes(block, this.#mark, (hash) => index.remove(hash, segment));
      entries.releaseLarge(block);
      this.#release(segment);
    }
    return this.#segments.length > 0;
  }

  forRange(start: number, end: number, visit: (item: string) => void): void {
    const { entries } = this.#parts;
    this.#forSegments(start, end, (block, from, to) => entries.forItems(block, from, to, visit));
  }

  writeRange(start: number, end: number, reply: Reply): void {
    const { entries } = this.#parts;
    this.#forSegments(start, end, (block, from, to) => entries.writeItems(block, from, to, reply));
  }

  /** The bytes of its segments are copied; strings are made of them one segment after the other. */
  capture(): CapturedItems {
    const { entries, index } = this.#parts;
    return this.#segments.map((segment) => entries.capture(index.block(segment)));
  }

  /** Calls back for each of its segments and for each item, and checks what it knows of them. For tests. */
  audit(onBlock: (block: number) => void, onItem: (hash: number, segment: number) => void): void {
    const { entries, index } = this.#parts;
    let [size, blockBytes] = [0, 0];
    for (const segment of this.#segments) {
      const block = index.block(segment);
      size += entries.count(block);
      blockBytes += entries.heldBytes(block);
      assert(entries.count(block) > 0, 'no segment is empty');
      entries.audit(block, this.#mark);
      entries.forHashes(block, this.#mark, (hash) => onItem(hash, segment));
      onBlock(block);
    }
    assert(size === this.#size && blockBytes === this.#blockBytes, 'its items are counted');
  }

  #count(length: number, change: 1 | -1): void {
    this.#size += change;
    this.#byteLength += change * length;
    if (length > packedLengthMax) this.#largeBytes += change * length;
  }

  /** The last segment, or a new one behind it. */
  #segmentWithRoom(bytes: number): number {
    const { entries, index, segmentItems } = this.#parts;
    const last = this.#segments.at(-1);
    if (last !== undefined) {
      const block = index.block(last);
      const itemBytes = entries.itemBytes(block) + bytes;
      if (itemBytes <= itemBytesMax && entries.count(block) < segmentItems) {
        if (!entries.hasRoom(block, itemBytes)) this.#move(last, itemBytes);
        return last;
      }
    }
    const block = entries.create(noKey, 0, 0, Math.max(bytes, firstRoomBytes));
    this.#blockBytes += entries.heldBytes(block);
    const segment = index.take(block, this);
    this.#segments.push(segment);
    return segment;
  }

  /** Moves a segment to a block with room for so many bytes of items. Returns the block. */
  #move(segment: number, itemBytes: number): number {
    const { entries, index } = this.#parts;
    const block = index.block(segment);
    this.#blockBytes -= entries.heldBytes(block);
    const moved = entries.move(block, itemBytes);
    this.#blockBytes += entries.heldBytes(moved);
    index.move(segment, moved);
    return moved;
  }

  /** Gives back a segment without items. */
  #release(segment: number): void {
    const { entries, index } = this.#parts;
    const block = index.block(segment);
    this.#blockBytes -= entries.heldBytes(block);
    entries.free(block);
    index.release(segment);
  }

  /** Something was removed from a segment: an empty one goes, and one that is small with its neighbour becomes one. */
  #tighten(segment: number): void {
    const { entries, index } = this.#parts;
    const block = index.block(segment);
    if (entries.count(block) === 0) {
      this.#segments.splice(this.#segments.indexOf(segment), 1);
      this.#release(segment);
      return;
    }
    if (this.#isSmall(segment)) {
      const position = this.#segments.indexOf(segment);
      if (this.#merge(position) || this.#merge(position - 1)) return;
    }
    const itemBytes = entries.itemBytes(block);
    if (entries.hasRoom(block, Math.max(firstRoomBytes, itemBytes * 4))) {
      this.#move(segment, itemBytes);
    }
  }

  /** Makes one of two neighbours if both are small. */
  #merge(position: number): boolean {
    const { entries, index } = this.#parts;
    const left = this.#segments[position];
    const right = this.#segments[position + 1];
    if (left === undefined || right === undefined) return false;
    if (!this.#isSmall(left) || !this.#isSmall(right)) return false;
    const from = index.block(right);
    const itemBytes = entries.itemBytes(index.block(left)) + entries.itemBytes(from);
    const to = this.#move(left, itemBytes);
    entries.forHashes(from, this.#mark, (hash) => index.replace(hash, right, left));
    entries.pushAll(to, from);
    this.#segments.splice(position + 1, 1);
    this.#release(right);
    return true;
  }

  #isSmall(segment: number): boolean {
    const { entries, index, segmentItems } = this.#parts;
    const block = index.block(segment);
    return entries.itemBytes(block) <= itemBytesMax / 4 && entries.count(block) <= segmentItems / 4;
  }

  /** The parts of segments that hold the items from position `start` to `end` (excluded). */
  #forSegments(
    start: number,
    end: number,
    visit: (block: number, from: number, to: number) => void,
  ): void {
    const { entries, index } = this.#parts;
    let [position, first] = this.#segmentAt(start);
    for (; first < end && position < this.#segments.length; position += 1) {
      const block = index.block(this.#segments[position] ?? 0);
      const count = entries.count(block);
      visit(block, Math.max(0, start - first), Math.min(count, end - first));
      first += count;
    }
  }

  /** The segment that has an item, and the position of its first one; from the nearer end. */
  #segmentAt(item: number): [position: number, first: number] {
    const segments = this.#segments;
    if (item <= this.#size / 2) {
      let first = 0;
      for (let position = 0; position < segments.length; position += 1) {
        const count = this.#countAt(position);
        if (item < first + count) return [position, first];
        first += count;
      }
      return [segments.length, first];
    }
    let position = segments.length;
    let first = this.#size;
    while (position > 0 && first > item) {
      position -= 1;
      first -= this.#countAt(position);
    }
    return [position, first];
  }

  #countAt(position: number): number {
    const { entries, index } = this.#parts;
    return entries.count(index.block(this.#segments[position] ?? 0));
  }
}

const noKey = new DataView(new ArrayBuffer(0));
