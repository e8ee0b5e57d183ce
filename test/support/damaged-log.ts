import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The segment of a journal that was written last and is not empty. */
export function lastSegment(folder: string): string {
  const names = readdirSync(folder).filter((name) => name.endsWith('.log'));
  return join(folder, names.toSorted().at(-1) ?? '');
}

/** Flips a bit in the middle of a file; gives what is in it now. */
export function flipMiddle(path: string): Buffer {
  const bytes = readFileSync(path);
  const middle = bytes.length >>> 1;
  bytes[middle] = (bytes[middle] ?? 0) ^ 0x10;
  writeFileSync(path, bytes);
  return bytes;
}
