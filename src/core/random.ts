/** Draws at random. Repeatable in the simulator, unguessable in production. */
export interface Random {
  /** A number from 0 (included) to 1 (excluded), evenly. */
  fraction(): number;
  /** `count` bytes that nobody can guess: for nonces and ids. */
  bytes(count: number): Uint8Array;
}

/** A whole number from 0 to `below` − 1, evenly. Requires: 0 < below ≤ 2³². */
export function randomBelow(random: Random, below: number): number {
  return Math.floor(random.fraction() * below);
}

/** An id of `count` random bytes in lower-case hex. */
export function randomHex(random: Random, count: number): string {
  let hex = '';
  for (const byte of random.bytes(count)) hex += byte.toString(16).padStart(2, '0');
  return hex;
}
