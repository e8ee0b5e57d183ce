import type { Arena } from './arena.ts';
import type { EntryMatcher } from './hash-index.ts';
import { equalBytes } from './key-bytes.ts';
import { chunkMask, unitBytes } from './units.ts';

/** Where the key of an entry lies in its block. */
export interface KeyLayout {
  /** Which integer of the block holds its length. */
  readonly keyLengthInt: number;
  /** The bits of that integer which are the length. */
  readonly keyLengthMask: number;
  /** The byte of the block at which it begins. */
  readonly keyByte: number;
}

/** Of entries that are blocks with their key in them. */
export class KeyMatcher implements EntryMatcher {
  readonly #arena: Arena;
  readonly #keyLengthInt: number;
  readonly #keyLengthMask: number;
  readonly #keyByte: number;

  constructor(arena: Arena, { keyLengthInt, keyLengthMask, keyByte }: KeyLayout) {
    this.#arena = arena;
    this.#keyLengthInt = keyLengthInt;
    this.#keyLengthMask = keyLengthMask;
    this.#keyByte = keyByte;
  }

  has(entry: number, _hash: number, bytes: DataView, start: number, end: number): boolean {
    const { ints, view } = this.#arena.chunk(entry);
    const unit = entry & chunkMask;
    const length = (ints[(unit << 1) + this.#keyLengthInt] ?? 0) & this.#keyLengthMask;
    if (length !== end - start) return false;
    return equalBytes(view, unit * unitBytes + this.#keyByte, bytes, start, length);
  }
}
