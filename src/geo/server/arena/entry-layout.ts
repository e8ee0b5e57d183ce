import type { KeyLayout } from '../../../core/arena/key-matcher.ts';
import { unitBytes } from '../../../core/arena/units.ts';

/**
 * Where an entry's parts lie in its block.
 *
 *     float 0   wall milliseconds of the stamp        int 6   length of the key, flags above 16 bits
 *     float 1   sequence of the dot                   int 7   live: length of the value; else: buried before
 *     int 4     counter of the stamp                  int 8   live: place in the expiry queue + 1; else: after
 *     int 5     number of the origin                  int 9   number of the place
 *     byte 40   the key, and right behind it the value, or the number of a large value
 *
 * A tombstone has neither a value nor an expiry, so it keeps its neighbours in the queue of tombstones there.
 */
export const wallFloat = 0;
export const sequenceFloat = 1;
export const counterInt = 4;
export const originInt = 5;
export const keyLengthInt = 6;
export const lengthOrBeforeInt = 7;
export const expiryOrAfterInt = 8;
export const placeInt = 9;
export const keyByte = 40;

/** Beside the length of the key: the entry has a value. */
export const liveFlag = 0x1_0000;
/** The value is large and lies outside the arena. */
export const largeFlag = 0x2_0000;
export const keyLengthMask = 0xffff;
export const keyLayout: KeyLayout = { keyLengthInt, keyLengthMask, keyByte };

/** What stands in the place of a large value: its number. */
export const largeNumberBytes = 4;

/** How many units an entry takes with so many bytes of key and value. */
export function entryUnits(contentBytes: number): number {
  return Math.ceil((keyByte + contentBytes) / unitBytes);
}
