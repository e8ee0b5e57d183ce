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
