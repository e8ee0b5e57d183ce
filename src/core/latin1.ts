/**
 * Strings of which each character is one byte (U+0000 to U+00FF): lossless for any bytes, and V8's own
 * compact form. `Buffer`'s methods for one encoding spare the look-up of the encoding's name that
 * `toString` and `write` make each time; they are as old as Buffer, and missing only from its types.
 */
export function readLatin1(bytes: Buffer, start: number, end: number): string {
  return (bytes as OneEncoding).latin1Slice(start, end);
}

/** Writes the low byte of each character at `at`; returns how many. Requires: room for them. */
export function writeLatin1(bytes: Buffer, text: string, at: number): number {
  return (bytes as OneEncoding).latin1Write(text, at);
}

/** Reads UTF-16 units, little-endian, also lone surrogates. */
export function readUtf16(bytes: Buffer, start: number, end: number): string {
  return (bytes as OneEncoding).ucs2Slice(start, end);
}

/** Writes the UTF-16 units of `text` at `at`; returns how many bytes. Requires: room for them. */
export function writeUtf16(bytes: Buffer, text: string, at: number): number {
  return (bytes as OneEncoding).ucs2Write(text, at);
}

interface OneEncoding extends Buffer {
  latin1Slice(start: number, end: number): string;
  latin1Write(text: string, at: number): number;
  ucs2Slice(start: number, end: number): string;
  ucs2Write(text: string, at: number): number;
}
