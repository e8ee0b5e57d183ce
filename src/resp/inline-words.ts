const quote = 34;
const apostrophe = 39;
const backslash = 92;

/**
 * Splits a line that somebody typed into words, with quotes and escapes as redis-cli has them: in double
 * quotes `\n \r \t \b \a \xHH` and `\c` for any other c, in single quotes only `\'`; a quote that closes is
 * followed by a space or the end.
 *
 * The words are written to `scratch` one behind the other and their starts and ends to `positions`.
 * Returns how many words there are, −1 if the quotes are unbalanced, −2 if there are more than `wordsMax`.
 * Requires: `scratch` is as long as the line, `positions` has room for `wordsMax` words.
 */
export function splitInline(
  line: { readonly bytes: Uint8Array; readonly start: number; readonly end: number },
  scratch: Uint8Array,
  positions: Int32Array,
  wordsMax: number,
): number {
  const { bytes, end } = line;
  let at = line.start;
  let written = 0;
  let words = 0;
  for (;;) {
    while (at < end && isSpace(bytes[at])) at += 1;
    if (at >= end) return words;
    if (words === wordsMax) return -2;
    positions[words * 2] = written;
    while (at < end && !isSpace(bytes[at])) {
      const byte = bytes[at] ?? 0;
      at += 1;
      if (byte !== quote && byte !== apostrophe) {
        scratch[written++] = byte;
        continue;
      }
      let isOpen = true;
      while (isOpen) {
        if (at >= end) return -1;
        const inner = bytes[at] ?? 0;
        if (inner === byte) {
          isOpen = false;
          at += 1;
          if (at < end && !isSpace(bytes[at])) return -1;
        } else if (inner === backslash && isEscape(bytes, at, end, byte)) {
          const isHex = byte === quote && isHexEscape(bytes, at, end);
          scratch[written++] = isHex ? hexByte(bytes, at + 2) : escaped(bytes[at + 1] ?? 0, byte);
          at += isHex ? 4 : 2;
        } else {
          scratch[written++] = inner;
          at += 1;
        }
      }
    }
    positions[words * 2 + 1] = written;
    words += 1;
  }
}

function isSpace(byte: number | undefined): boolean {
  return byte === 32 || (byte !== undefined && byte >= 9 && byte <= 13);
}

/** Whether a backslash at `at` escapes what follows it, within quotes of the kind `open`. */
function isEscape(bytes: Uint8Array, at: number, end: number, open: number): boolean {
  return at + 1 < end && (open === quote || bytes[at + 1] === apostrophe);
}

function isHexEscape(bytes: Uint8Array, at: number, end: number): boolean {
  return (
    at + 3 < end &&
    bytes[at + 1] === 120 &&
    hexDigit(bytes[at + 2]) >= 0 &&
    hexDigit(bytes[at + 3]) >= 0
  );
}

function hexByte(bytes: Uint8Array, at: number): number {
  return hexDigit(bytes[at]) * 16 + hexDigit(bytes[at + 1]);
}

function hexDigit(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= 48 && byte <= 57) return byte - 48;
  const lower = byte | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}

function escaped(byte: number, open: number): number {
  if (open === apostrophe) return byte;
  switch (byte) {
    case 110: // n
      return 10;
    case 114: // r
      return 13;
    case 116: // t
      return 9;
    case 98: // b
      return 8;
    case 97: // a
      return 7;
    default:
      return byte;
  }
}
