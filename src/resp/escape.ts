/**
 * Bytes that somebody sent, made fit for an error line or a log: printable ASCII stays, everything else
 * becomes `\n`, `\r`, `\t` or `\x00`, so that no input can end a line, start a reply of its own, or steer a
 * terminal. The result has at most `lengthMax` characters; a byte is never half shown.
 */
export function escapeBytes(
  bytes: Uint8Array,
  start: number,
  end: number,
  lengthMax: number,
): string {
  let escaped = '';
  for (let at = start; at < end; at += 1) {
    const piece = escapeByte(bytes[at] ?? 0);
    if (escaped.length + piece.length > lengthMax) break;
    escaped += piece;
  }
  return escaped;
}

/** The same for a text that may hold escaped bytes already: backslashes stay as they are. */
export function escapeText(text: string, lengthMax: number): string {
  if (text.length <= lengthMax && isPrintable(text)) return text;
  let escaped = '';
  for (const byte of Buffer.from(text.slice(0, lengthMax))) {
    const piece = byte === 92 ? '\\' : escapeByte(byte);
    if (escaped.length + piece.length > lengthMax) break;
    escaped += piece;
  }
  return escaped;
}

function isPrintable(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code < 32 || code > 126) return false;
  }
  return true;
}

function escapeByte(byte: number): string {
  if (byte === 92) return '\\\\';
  if (byte >= 32 && byte < 127) return String.fromCharCode(byte);
  if (byte === 10) return '\\n';
  if (byte === 13) return '\\r';
  if (byte === 9) return '\\t';
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}
