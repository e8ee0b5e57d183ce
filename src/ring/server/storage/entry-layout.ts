import { unitBytes } from '../../../core/arena/units.ts';

/**
 * Where the parts of an entry lie in its block:
 *
 *     items of a short list  …  room  …  their tags  key  header
 *     value                                          key  header
 *
 * What a search looks at stands together at the end, in one cache line or two; items grow from the front.
 *
 *     int 0 of the header  length of the key      int 2  what its items take, with their heads; length of the value
 *     int 1                its place              int 3  how many items a short list has; below 0: what else it is
 */
export const keyLengthInt = 0;
export const placeInt = 1;
export const itemBytesInt = 2;
export const itemCountInt = 3;
export const headerInts = 4;

/** In the place of the count of items: what it leads to lies outside, a long list or a large value. */
export const isOutside = -1;
/** In the place of the count of items: a value. */
export const isValue = -2;

/** What a key takes: tags are looked at four at a time, so they have to end at an integer. */
export function keyBytes(keyLength: number): number {
  return (keyLength + 3) & ~3;
}

/** How many units an entry takes with so many bytes of key and items. */
export function entryUnits(keyLength: number, itemBytes: number): number {
  return Math.ceil((headerInts * 4 + keyBytes(keyLength) + itemBytes) / unitBytes);
}
