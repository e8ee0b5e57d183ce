import { readLatin1 } from '../../core/latin1.ts';

/**
 * Gives the same string object for the same few bytes, from a small cache. Messages repeat their short
 * strings (types, states, names): comparing three bytes is several times cheaper than making a string of
 * them, and equal pointers make the `switch` over them cheap too.
 */
export class ShortStrings {
  readonly #strings: string[] = Array.from({ length: slots }, () => '');

  /** The latin1 string of `bytes[start … end)`. */
  read(bytes: Buffer, start: number, end: number): string {
    const length = end - start;
    if (length === 0) return '';
    if (length > lengthMax) return readLatin1(bytes, start, end);
    const first = bytes[start] ?? 0;
    const last = bytes[end - 1] ?? 0;
    const slot = (first * 31 + last * 7 + length) & (slots - 1);
    const cached = this.#strings[slot] ?? '';
    if (cached.length === length && isEqual(cached, bytes, start)) return cached;
    const text = readLatin1(bytes, start, end);
    this.#strings[slot] = text;
    return text;
  }
}

function isEqual(text: string, bytes: Buffer, start: number): boolean {
  for (let index = 0; index < text.length; index += 1) {
    if (text.charCodeAt(index) !== bytes[start + index]) return false;
  }
  return true;
}

const slots = 256;
const lengthMax = 16;
