const slotCount = 16_384;

/**
 * The slot of a key in a Redis cluster: CRC-16 (polynomial 0x1021, from 0) of the key, or of what stands
 * between its first `{` and the next `}` if that is not empty.
 */
export function keySlot(bytes: Uint8Array, start: number, end: number): number {
  const open = indexOf(bytes, 123, start, end);
  if (open < 0) return crc16(bytes, start, end) % slotCount;
  const close = indexOf(bytes, 125, open + 1, end);
  if (close <= open + 1) return crc16(bytes, start, end) % slotCount;
  return crc16(bytes, open + 1, close) % slotCount;
}

function indexOf(bytes: Uint8Array, byte: number, start: number, end: number): number {
  for (let at = start; at < end; at += 1) if (bytes[at] === byte) return at;
  return -1;
}

function crc16(bytes: Uint8Array, start: number, end: number): number {
  let crc = 0;
  for (let at = start; at < end; at += 1) {
    crc ^= (bytes[at] ?? 0) << 8;
    for (let bit = 0; bit < 8; bit += 1) {
      crc = (crc & 0x8000) === 0 ? (crc << 1) & 0xffff : ((crc << 1) ^ 0x1021) & 0xffff;
    }
  }
  return crc;
}
