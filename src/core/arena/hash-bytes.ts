import type { Random } from '../random.ts';

/** What makes the hashes of one table its own: 64 bits that nobody else knows. */
export interface HashSecret {
  readonly low: number;
  readonly high: number;
}

/** Draws a secret. */
export function createHashSecret(random: Random): HashSecret {
  const bytes = random.bytes(8);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { low: view.getInt32(0), high: view.getInt32(4) };
}

/**
 * 32 bits of `bytes[start … end)`: HalfSipHash with one round for each word and three at the end.
 *
 * Keys come from clients. With a fast hash that only begins with a secret (murmur, xxHash and their kin)
 * a client can still compute keys that all collide, whatever the secret is, and turn every look-up into a
 * walk over all of them. SipHash was made against that; this is its form for 32-bit words, and Redis and
 * the Linux kernel use as few rounds for the same purpose.
 */
export function hashBytes(
  { low, high }: HashSecret,
  bytes: DataView,
  start: number,
  end: number,
): number {
  const length = end - start;
  const words = length >>> 2;
  let v0 = low;
  let v1 = high;
  let v2 = 0x6c796765 ^ low;
  let v3 = 0x74656462 ^ high;
  for (let step = 0, at = start; step < words + 4; step += 1, at += 4) {
    let word = 0;
    if (step < words) word = bytes.getInt32(at, true);
    else if (step === words) word = lastWord(bytes, at, end, length);
    else if (step === words + 1) v2 ^= 0xff;
    v3 ^= word;
    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);
    v0 ^= word;
  }
  return v1 ^ v3;
}

/** The bytes behind the last whole word, and the length, so that no two inputs are padded to the same. */
function lastWord(bytes: DataView, from: number, end: number, length: number): number {
  let word = length << 24;
  for (let at = from, shift = 0; at < end; at += 1, shift += 8) word |= bytes.getUint8(at) << shift;
  return word;
}
