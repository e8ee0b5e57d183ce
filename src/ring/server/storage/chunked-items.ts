import { assert } from '../../../core/assert.ts';
import type { Reply } from '../../../resp/reply.ts';

/** Of an item, about: its string, its place in a chunk, its number, its place in the index. */
const bytesPerItem = 72;

/** A list as it was when it was captured, in pieces, oldest first. */
export type CapturedItems = readonly { readonly items: readonly string[] }[];

/** Items that stand together, oldest first, each with its append number. */
interface Chunk {
  items: string[];
  numbers: number[];
  /** A snapshot reads it: whoever changes it changes a copy. */
  isShared: boolean;
}

/**
 * Many items without duplicates, in the order of appending.
 *
 * The naive way, one array, moves all items for a removal and looks at all for an append. Here items stand in chunks, each
 * item has a number that grows with each append, and an index leads from item to number: chunks and numbers are ordered
 * alike, so that two binary searches find an item.
 *
 * Invariants: numbers rise strictly over all chunks; no chunk is empty; of two neighbours at least one is more than a
 * quarter full, so that what was removed leaves no trail of small chunks.
 */
export class ChunkedItems {
  readonly #chunks: Chunk[] = [];
  readonly #numberOf: Map<string, number> = new Map();
  readonly #chunkItems: number;
  #nextNumber = 0;
  #byteLength = 0;

  constructor(chunkItems: number) {
    this.#chunkItems = chunkItems;
  }

  get size(): number {
    return this.#numberOf.size;
  }

  /** Of all items together. */
  get byteLength(): number {
    return this.#byteLength;
  }

  /** What the items take, about. */
  get heldBytes(): number {
    return this.#byteLength + this.size * bytesPerItem;
  }

  has(item: string): boolean {
    return this.#numberOf.has(item);
  }

  /** Requires: it is not there. */
  append(item: string): void {
    const number = this.#nextNumber;
    this.#nextNumber += 1;
    let last = this.#chunks.at(-1);
    if (last === undefined || last.items.length >= this.#chunkItems) {
      last = { items: [], numbers: [], isShared: false };
      this.#chunks.push(last);
    } else if (last.isShared) last = this.#own(this.#chunks.length - 1);
    last.items.push(item);
    last.numbers.push(number);
    this.#numberOf.set(item, number);
    this.#byteLength += item.length;
  }

  /** False: it is not there. */
  remove(item: string): boolean {
    const number = this.#numberOf.get(item);
    if (number === undefined) return false;
    const chunkIndex = this.#chunkOf(number);
    const { items, numbers } = this.#own(chunkIndex);
    const index = firstAtOrAfter(numbers, number);
    items.splice(index, 1);
    numbers.splice(index, 1);
    this.#numberOf.delete(item);
    this.#byteLength -= item.length;
    this.#tighten(chunkIndex);
    return true;
  }

  /** Calls `visit` for the items from position `start` to `end` (excluded), oldest first. Whole chunks are skipped. */
  forRange(start: number, end: number, visit: (item: string) => void): void {
    let [index, first] = this.#chunkAt(start);
    for (; first < end && index < this.#chunks.length; index += 1) {
      const { items } = this.#mustGetChunk(index);
      const to = Math.min(items.length, end - first);
      for (let i = Math.max(0, start - first); i < to; i += 1) visit(items[i] ?? '');
      first += items.length;
    }
  }

  /** The same items as binary-safe strings in the reply. */
  writeRange(start: number, end: number, reply: Reply): void {
    this.forRange(start, end, (item) => reply.bulkLatin1(item));
  }

  /** All of it as it is now, whatever happens to it later: a few words are made for each chunk. */
  capture(): CapturedItems {
    for (const chunk of this.#chunks) chunk.isShared = true;
    return [...this.#chunks];
  }

  /** The chunk that has position `position`, and the position of its first item; from the nearer end. */
  #chunkAt(position: number): [index: number, first: number] {
    const chunks = this.#chunks;
    if (position <= this.size / 2) {
      let index = 0;
      let first = 0;
      for (; index < chunks.length; index += 1) {
        const { length } = this.#mustGetChunk(index).items;
        if (position < first + length) break;
        first += length;
      }
      return [index, first];
    }
    let index = chunks.length;
    let first = this.size;
    while (index > 0 && first > position) {
      index -= 1;
      first -= this.#mustGetChunk(index).items.length;
    }
    return [index, first];
  }

  /** The chunk that has a number. Requires: one has. */
  #chunkOf(number: number): number {
    let low = 0;
    let high = this.#chunks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#mustGetChunk(middle).numbers[0] ?? 0) <= number) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** The chunk for somebody who changes it. */
  #own(index: number): Chunk {
    const chunk = this.#mustGetChunk(index);
    if (!chunk.isShared) return chunk;
    const own = { items: [...chunk.items], numbers: [...chunk.numbers], isShared: false };
    this.#chunks[index] = own;
    return own;
  }

  /** Something was removed from a chunk: an empty one goes, and one that is small with its neighbour becomes one. */
  #tighten(index: number): void {
    const { length } = this.#mustGetChunk(index).items;
    if (length === 0) this.#chunks.splice(index, 1);
    else if (length <= this.#chunkItems / 4) {
      if (!this.#merge(index)) this.#merge(index - 1);
    }
  }

  /** Makes one of two neighbours if both are small. */
  #merge(index: number): boolean {
    const left = this.#chunks[index];
    const right = this.#chunks[index + 1];
    const smallMax = this.#chunkItems / 4;
    if (left === undefined || right === undefined) return false;
    if (left.items.length > smallMax || right.items.length > smallMax) return false;
    const own = this.#own(index);
    own.items.push(...right.items);
    own.numbers.push(...right.numbers);
    this.#chunks.splice(index + 1, 1);
    return true;
  }

  #mustGetChunk(index: number): Chunk {
    const chunk = this.#chunks[index];
    assert(chunk !== undefined, 'an index within the list');
    return chunk;
  }
}

/** The index of the first number at or after `number` in ascending ones. */
function firstAtOrAfter(numbers: readonly number[], number: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((numbers[middle] ?? 0) < number) low = middle + 1;
    else high = middle;
  }
  return low;
}
