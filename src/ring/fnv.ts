const offsetBasis = 0x811c9dc5;
const prime = 0x01000193;

/**
 * FNV-1, 32 bit, of `bytes[start … end)`: multiply, then xor (Go's `fnv.New32`; FNV-1a does it the other way round). Tribbler §4.2.
 *
 * Source: http://www.isthe.com/chongo/tech/comp/fnv/
 */
export function fnv1(bytes: Uint8Array, start: number, end: number): number {
  let hash = offsetBasis;
  for (let at = start; at < end; at += 1) hash = Math.imul(hash, prime) ^ (bytes[at] ?? 0);
  return hash >>> 0;
}
