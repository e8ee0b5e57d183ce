import { assert } from '../../../core/assert.ts';
import { readLatin1 } from '../../../core/latin1.ts';

/** An item of a list that is too long to be packed with others. */
export interface LargeItem {
  /** Each character is one byte. */
  readonly text: string;
  /** By which it is found: to make it again would take all of its bytes. */
  readonly hash: number;
}

/** The items of all lists that are too long to be packed. A number stands in their place. */
export class LargeItems {
  readonly #items: (LargeItem | undefined)[] = [];
  readonly #free: number[] = [];

  /** Keeps the item `bytes[start … end)`. */
  take(hash: number, bytes: DataView, start: number, end: number): number {
    const number = this.#free.pop() ?? this.#items.length;
    const { buffer, byteOffset } = bytes;
    const text = readLatin1(Buffer.from(buffer, byteOffset + start, end - start), 0, end - start);
    this.#items[number] = { text, hash };
    return number;
  }

  get(number: number): LargeItem {
    const item = this.#items[number];
    assert(item !== undefined, 'a number in a block stands for an item');
    return item;
  }

  /** It is in no list any more. */
  release(number: number): void {
    this.get(number);
    this.#items[number] = undefined;
    this.#free.push(number);
  }

  /** Whether an item is `bytes[start … end)`. */
  is(number: number, bytes: DataView, start: number, end: number): boolean {
    const { text } = this.get(number);
    if (text.length !== end - start) return false;
    for (let i = 0; i < text.length; i += 1) {
      if (text.charCodeAt(i) !== bytes.getUint8(start + i)) return false;
    }
    return true;
  }
}
