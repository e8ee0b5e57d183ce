import type { Arena } from '../../../core/arena/arena.ts';
import { blockUnitsMax } from '../../../core/arena/size-classes.ts';
import { chunkMask, unitBytes } from '../../../core/arena/units.ts';
import { readLatin1 } from '../../../core/latin1.ts';
import type { Reply } from '../../../resp/reply.ts';
import type { CapturedItems } from './chunked-items.ts';

/** The tag and the length of an item, before its bytes. */
const headBytes = 2;
/** A length is one byte. */
const itemBytesMax = 255;
/** What all may take together: four cache lines for each of some steps, and little to move. */
const bytesMax: number = Math.min(4_096, blockUnitsMax * unitBytes);

/**
 * Few items without duplicates, in the order of appending, in one block of an arena: a tag, a length and the bytes of each, one
 * after another.
 *
 * Most lists are short, and as strings their items would be most of what the collector walks over; looking for one
 * would fetch each of them from another place. Here a search walks over bytes that lie together, and the tag, a byte that is
 * made of all of an item, spares it nearly all comparisons.
 */
export class PackedItems {
  readonly #arena: Arena;
  readonly #sizeMax: number;
  /** 0: there are no items. */
  #block = 0;
  #size = 0;
  /** Of the block: heads and items. */
  #usedBytes = 0;

  constructor(arena: Arena, sizeMax: number) {
    this.#arena = arena;
    this.#sizeMax = sizeMax;
  }

  get size(): number {
    return this.#size;
  }

  /** Of all items together. */
  get byteLength(): number {
    return this.#usedBytes - this.#size * headBytes;
  }

  /** Of the block that holds them. */
  get heldBytes(): number {
    return this.#block === 0 ? 0 : this.#arena.unitsOf(this.#block) * unitBytes;
  }

  has(item: string): boolean {
    return this.#find(item) >= 0;
  }

  /** False: it is one too many, or too long. Requires: it is not there. */
  append(item: string): boolean {
    const { length } = item;
    const usedBytes = this.#usedBytes + headBytes + length;
    if (this.#size === this.#sizeMax || length > itemBytesMax || usedBytes > bytesMax) return false;
    // Half as much again, or a list that grows would be moved for each item.
    if (usedBytes > this.heldBytes) this.#move(Math.min(bytesMax, usedBytes * 1.5));
    const { bytes } = this.#arena.chunk(this.#block);
    const at = this.#start + this.#usedBytes;
    bytes[at] = tagOf(item);
    bytes[at + 1] = length;
    for (let i = 0; i < length; i += 1) bytes[at + headBytes + i] = item.charCodeAt(i);
    this.#usedBytes = usedBytes;
    this.#size += 1;
    return true;
  }

  /** False: it is not there. */
  remove(item: string): boolean {
    const at = this.#find(item);
    if (at < 0) return false;
    if (this.#size === 1) {
      this.release();
      return true;
    }
    const { bytes } = this.#arena.chunk(this.#block);
    const next = at + headBytes + item.length;
    bytes.copyWithin(at, next, this.#start + this.#usedBytes);
    this.#usedBytes -= next - at;
    this.#size -= 1;
    if (this.#usedBytes < this.heldBytes / 4) this.#move(this.#usedBytes * 1.5);
    return true;
  }

  /** Calls `visit` for the items from position `start` to `end` (excluded), oldest first. */
  forRange(start: number, end: number, visit: (item: string) => void): void {
    this.#forPlaces(start, end, ({ bytes }, from, to) => visit(readLatin1(bytes, from, to)));
  }

  /** The same items as binary-safe strings in the reply. */
  writeRange(start: number, end: number, reply: Reply): void {
    this.#forPlaces(start, end, ({ view }, from, to) => reply.bulkView(view, from, to));
  }

  /** All of it as it is now, whatever happens to it later: a copy. */
  capture(): CapturedItems {
    const items: string[] = [];
    this.forRange(0, this.#size, (item) => items.push(item));
    return [{ items }];
  }

  /** Gives back the block: there are no items any more. */
  release(): void {
    if (this.#block !== 0) this.#arena.free(this.#block);
    this.#block = 0;
    this.#size = 0;
    this.#usedBytes = 0;
  }

  /** Where the block begins in its chunk. */
  get #start(): number {
    return (this.#block & chunkMask) * unitBytes;
  }

  #forPlaces(
    start: number,
    end: number,
    visit: (chunk: ReturnType<Arena['chunk']>, from: number, to: number) => void,
  ): void {
    if (this.#block === 0) return;
    const chunk = this.#arena.chunk(this.#block);
    const count = Math.min(end, this.#size);
    let at = this.#start;
    for (let i = 0; i < count; i += 1) {
      const from = at + headBytes;
      at = from + (chunk.bytes[at + 1] ?? 0);
      if (i >= start) visit(chunk, from, at);
    }
  }

  /** Where an item stands in the chunk, with its head; −1: nowhere. */
  #find(item: string): number {
    const { length } = item;
    if (this.#block === 0 || length > itemBytesMax) return -1;
    const { bytes } = this.#arena.chunk(this.#block);
    const tag = tagOf(item);
    const start = this.#start;
    const end = start + this.#usedBytes;
    for (let at = start; at < end;) {
      const lengthThere = bytes[at + 1] ?? 0;
      if (bytes[at] === tag && lengthThere === length && isAt(bytes, at + headBytes, item)) {
        return at;
      }
      at += headBytes + lengthThere;
    }
    return -1;
  }

  /** Moves everything to a block of at least so many bytes. */
  #move(bytesMin: number): void {
    const moved = this.#arena.allocate(Math.ceil(bytesMin / unitBytes));
    if (this.#block !== 0) {
      const { bytes } = this.#arena.chunk(this.#block);
      const start = this.#start;
      const target = this.#arena.chunk(moved).bytes;
      bytes.copy(target, (moved & chunkMask) * unitBytes, start, start + this.#usedBytes);
      this.#arena.free(this.#block);
    }
    this.#block = moved;
  }
}

function isAt(bytes: Uint8Array, at: number, item: string): boolean {
  for (let i = 0; i < item.length; i += 1) {
    if (bytes[at + i] !== item.charCodeAt(i)) return false;
  }
  return true;
}

/** A byte made of all characters. */
function tagOf(item: string): number {
  let tag = 0;
  for (let i = 0; i < item.length; i += 1) tag = (tag * 31 + item.charCodeAt(i)) & 0xff;
  return tag;
}
