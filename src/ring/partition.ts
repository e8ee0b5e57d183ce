import { fnv1 } from './fnv.ts';

const colon = 0x3a;

/** The hash that places the key `bytes[start … end)` on the ring: of what stands before its first `:`. Tribbler §4.2. */
export function partitionHash(bytes: Uint8Array, start: number, end: number): number {
  let partEnd = start;
  while (partEnd < end && bytes[partEnd] !== colon) partEnd += 1;
  return fnv1(bytes, start, partEnd);
}

/** The same of a key that is text. */
export function partitionHashOf(key: string): number {
  const at = key.indexOf(':');
  const bytes = Buffer.from(at < 0 ? key : key.slice(0, at));
  return fnv1(bytes, 0, bytes.length);
}
