/** 128 bits that nobody else draws, as 32 hexadecimal digits. */
export function uniqueKey(): string {
  // Not `randomUUID`: plain HTTP on another machine does not have it.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
