import type { KeyLayout } from '../../../core/arena/key-matcher.ts';
import { unitBytes } from '../../../core/arena/units.ts';

/**
 * Where the parts of an entry lie in its block.
 *
 *     int 0    length of the key         int 2   of a short list: what its items take, with their heads
 *     int 1    its place                 int 3   how many items a short list has; −1: it is something else
 *     byte 16  the key, and right behind it the items of a short list; their tags stand at the end of the block
 */
export const keyLengthInt = 0;
export const placeInt = 1;
export const itemBytesInt = 2;
export const itemCountInt = 3;
const keyByte = 16;

/** In the place of the count of items: a value or a long list, which lies outside the arena. */
export const isOutside = -1;

export const keyLayout: KeyLayout = { keyLengthInt, keyLengthMask: -1, keyByte };

/** Where the items of a short list begin in its block. */
export function itemsByte(keyLength: number): number {
  return keyByte + keyLength;
}

/** How many units an entry takes with so many bytes of key and items. */
export function entryUnits(keyLength: number, itemBytes: number): number {
  return Math.ceil((itemsByte(keyLength) + itemBytes) / unitBytes);
}
