import { readLatin1 } from '../../../core/latin1.ts';
import { afterPacked, isLarge } from './packed-items.ts';

/** The items of a segment as they were: strings are made of them when they are read, and each time. */
export class CapturedSegment {
  readonly #bytes: Buffer;
  readonly #large: readonly string[];

  /** `bytes`: packed items, the caller's no more. `large`: those of them that lie outside, in order. */
  constructor(bytes: Buffer, large: readonly string[]) {
    this.#bytes = bytes;
    this.#large = large;
  }

  get items(): readonly string[] {
    const bytes = this.#bytes;
    const items: string[] = [];
    let largeCount = 0;
    for (let at = 0; at < bytes.length;) {
      const after = afterPacked(bytes, at);
      if (bytes[at] === isLarge) {
        items.push(this.#large[largeCount] ?? '');
        largeCount += 1;
      } else items.push(readLatin1(bytes, at + 1, after));
      at = after;
    }
    return items;
  }
}
