import { assert } from '../core/assert.ts';
import { randomBelow } from '../core/random.ts';
import type { Random } from '../core/random.ts';

/**
 * Repeatable chance: xoshiro128**, its state filled from the seed by splitmix32.
 *
 * Whoever needs chance takes a `child` with a name of its own. One stream for all would mean that one draw
 * more anywhere changes everything after it, and a failing seed would no longer show its failure once a line
 * of the program has changed.
 */
export class SimRandom implements Random {
  readonly #seed: number;
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  /** `seed` is a whole number; its lower 32 bits count. */
  constructor(seed: number) {
    assert(Number.isSafeInteger(seed), `the seed ${seed} is not a whole number`);
    this.#seed = seed | 0;
    const next = splitmix32(this.#seed);
    this.#a = next();
    this.#b = next();
    this.#c = next();
    this.#d = next();
  }

  /** A stream that depends on the seed of this one and on `name` only, not on what was drawn from it. */
  child(name: string): SimRandom {
    return new SimRandom(Math.imul(this.#seed ^ hashText(name), 0x9e3779b1) ^ this.#seed);
  }

  /** 32 random bits, as a number without sign. */
  bits(): number {
    const scrambled = Math.imul(rotateLeft(Math.imul(this.#b, 5), 7), 9) >>> 0;
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = rotateLeft(this.#d, 11);
    return scrambled;
  }

  fraction(): number {
    return this.bits() / 2 ** 32;
  }

  /** Whether something happens that happens with this probability. Always draws. */
  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  /** A number from `from` (included) to `to` (excluded). */
  between(from: number, to: number): number {
    return from + (to - from) * this.fraction();
  }

  /** One of `items`, evenly. Requires: there is one. */
  pick<T>(items: readonly T[]): T {
    const item = items[randomBelow(this, items.length)];
    assert(item !== undefined, 'nothing to pick from');
    return item;
  }

  bytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.bits() & 0xff);
  }
}

function rotateLeft(bits: number, by: number): number {
  return (bits << by) | (bits >>> (32 - by));
}

function splitmix32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return mixed ^ (mixed >>> 15);
  };
}

/** FNV-1a over the UTF-16 units: 32 bits. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash | 0;
}
