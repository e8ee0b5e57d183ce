import type { Digest } from '../core/digest.ts';

const blockBytes = 64;

/**
 * HMAC-SHA-256 (RFC 2104, FIPS 180-4) in plain arithmetic. The real one, because a simulated server must
 * accept what a client computed with another library, and slow, which a handful of hellos does not notice.
 */
export class SimDigest implements Digest {
  hmacSha256(key: Uint8Array, bytes: Uint8Array): Uint8Array {
    const block = new Uint8Array(blockBytes);
    block.set(key.length > blockBytes ? sha256(key) : key);
    const inner = sha256(
      concat(
        block.map((byte) => byte ^ 0x36),
        bytes,
      ),
    );
    return sha256(
      concat(
        block.map((byte) => byte ^ 0x5c),
        inner,
      ),
    );
  }
}

function concat(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

function sha256(bytes: Uint8Array): Uint8Array {
  // Padding: one bit, zeros, and the length in bits as the last eight bytes of a block.
  const padded = new Uint8Array(Math.ceil((bytes.length + 9) / blockBytes) * blockBytes);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setBigUint64(padded.length - 8, BigInt(bytes.length) * 8n);
  const state = Uint32Array.from(initialState);
  const schedule = new Uint32Array(64);
  for (let at = 0; at < padded.length; at += blockBytes) {
    expand(view, at, schedule);
    compress(schedule, state);
  }
  const digest = new DataView(new ArrayBuffer(32));
  state.forEach((value, index) => digest.setUint32(index * 4, value));
  return new Uint8Array(digest.buffer);
}

/** Makes 64 words of the 16 of a block. */
function expand(view: DataView, at: number, schedule: Uint32Array): void {
  for (let index = 0; index < 16; index++) schedule[index] = view.getUint32(at + index * 4);
  for (let index = 16; index < 64; index++) {
    const near = word(schedule, index - 2);
    const far = word(schedule, index - 15);
    const nearMixed = rotate(near, 17) ^ rotate(near, 19) ^ (near >>> 10);
    const farMixed = rotate(far, 7) ^ rotate(far, 18) ^ (far >>> 3);
    schedule[index] = word(schedule, index - 16) + farMixed + word(schedule, index - 7) + nearMixed;
  }
}

function compress(schedule: Uint32Array, state: Uint32Array): void {
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let index = 0; index < 64; index++) {
    const mixedE = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const chosen = (e & f) ^ (~e & g);
    const first = (h + mixedE + chosen + word(roundWords, index) + word(schedule, index)) | 0;
    const mixedA = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const majority = (a & b) ^ (a & c) ^ (b & c);
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + mixedA + majority) | 0;
  }
  [a, b, c, d, e, f, g, h].forEach((value, index) => {
    state[index] = word(state, index) + value;
  });
}

function word(words: Uint32Array, index: number): number {
  return words[index] ?? 0;
}

function rotate(bits: number, by: number): number {
  return (bits >>> by) | (bits << (32 - by));
}

const primes: readonly number[] = firstPrimes(64);

/** FIPS 180-4 §5.3.3: the fractions of the square roots of the first 8 primes. */
const initialState: readonly number[] = primes.slice(0, 8).map((prime) => rootFraction(prime, 2n));

/** FIPS 180-4 §4.2.2: the fractions of the cube roots of the first 64 primes. */
const roundWords: Uint32Array = Uint32Array.from(primes, (prime) => rootFraction(prime, 3n));

function firstPrimes(count: number): number[] {
  const found: number[] = [];
  for (let candidate = 2; found.length < count; candidate++) {
    if (found.every((prime) => candidate % prime !== 0)) found.push(candidate);
  }
  return found;
}

/** The first 32 bits behind the point of a root: of the whole root of prime × 2³²ᵈ, by bisection. */
function rootFraction(prime: number, degree: bigint): number {
  const radicand = BigInt(prime) << (32n * degree);
  let low = 0n;
  let high = 1n << 40n;
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle ** degree <= radicand) low = middle;
    else high = middle;
  }
  return Number(low & 0xffffffffn);
}
