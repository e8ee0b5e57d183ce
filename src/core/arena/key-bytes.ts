/** Whether `length` bytes of `a` from `aStart` on are those of `b` from `bStart` on. */
export function equalBytes(
  a: DataView,
  aStart: number,
  b: DataView,
  bStart: number,
  length: number,
): boolean {
  let i = 0;
  for (const last = length - 4; i <= last; i += 4) {
    if (a.getInt32(aStart + i, true) !== b.getInt32(bStart + i, true)) return false;
  }
  for (; i < length; i += 1) {
    if (a.getUint8(aStart + i) !== b.getUint8(bStart + i)) return false;
  }
  return true;
}

/** The order of bytes, a prefix before what it begins: below, at or above 0. */
export function compareBytes(
  a: DataView,
  aStart: number,
  aLength: number,
  b: DataView,
  bStart: number,
  bLength: number,
): number {
  const length = Math.min(aLength, bLength);
  let i = 0;
  for (const last = length - 4; i <= last; i += 4) {
    // Big-endian, so that the first byte counts most.
    const difference = a.getUint32(aStart + i, false) - b.getUint32(bStart + i, false);
    if (difference !== 0) return difference;
  }
  for (; i < length; i += 1) {
    const difference = a.getUint8(aStart + i) - b.getUint8(bStart + i);
    if (difference !== 0) return difference;
  }
  return aLength - bLength;
}

/** How many bytes two keys have in common at their beginning. */
export function commonLength(
  a: DataView,
  aStart: number,
  aLength: number,
  b: DataView,
  bStart: number,
  bLength: number,
): number {
  const length = Math.min(aLength, bLength);
  let i = 0;
  while (i < length && a.getUint8(aStart + i) === b.getUint8(bStart + i)) i += 1;
  return i;
}

/**
 * Four bytes of a key from `skipped` on, as a number: of two keys with the same bytes before, the one with
 * the smaller number is before the other. Missing bytes are zeroes, so equal numbers decide nothing.
 */
export function keyTag(bytes: DataView, start: number, length: number, skipped: number): number {
  const at = start + skipped;
  let tag = 0;
  if (length - skipped >= 4) tag = bytes.getInt32(at, false);
  else for (let i = 0; i < length - skipped; i += 1) tag |= bytes.getUint8(at + i) << (24 - 8 * i);
  // The order of bytes has no sign, that of integers has.
  return tag ^ 0x8000_0000;
}
