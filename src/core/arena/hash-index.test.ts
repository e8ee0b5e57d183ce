import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SimRandom } from '../../sim/sim-random.ts';
import { copyBytes } from '../copy-words.ts';
import { Arena } from './arena.ts';
import { HashIndex } from './hash-index.ts';
import { KeyMatcher, type KeyLayout } from './key-matcher.ts';
import { chunkMask, unitBytes } from './units.ts';

/** Beside its length, an entry keeps something else. */
const layout: KeyLayout = { keyLengthInt: 1, keyLengthMask: 0xffff, keyByte: 8 };

/** Few hashes: the same, the same but for one of the upper or the lower bits, and at the segment's end. */
const hashes = [0, 1, 2047, 2046 | 0x8000_0000, 2047 | 0x4000_0000, -1, -1 ^ 0x8000_0000];
const step = fc.record({
  key: fc.integer({ min: 0, max: 60 }),
  isRemoved: fc.boolean(),
});

test('keys are found by their bytes although they share hashes, also after others were removed', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
      const world = new IndexWorld((key) => hashes[key % hashes.length] ?? 0);
      for (const { key, isRemoved } of steps) {
        if (isRemoved) world.remove(key);
        else world.add(key);
        world.check();
      }
      for (let key = 0; key <= 60; key += 1) assert.equal(world.find(key), world.expected(key));
    }),
  );
});

test('two thousand keys with the same hash are all found: nothing is split that cannot be', () => {
  const world = new IndexWorld(() => 0x1234_5678);
  for (let key = 0; key < 2_000; key += 1) world.add(key);
  world.check();
  for (let key = 0; key < 2_000; key += 7) assert.equal(world.find(key), world.expected(key));
  for (let key = 0; key < 2_000; key += 1) world.remove(key);
  world.check();
});

test('segments are split again and again, and every key stays found', () => {
  const random = new SimRandom(5);
  const drawn: number[] = [];
  const world = new IndexWorld((key) => (drawn[key] ??= random.bits() | 0));
  for (let key = 0; key < 30_000; key += 1) {
    world.add(key);
    if (key % 3 === 0) world.remove(key >> 1);
  }
  world.check();
  for (let key = 0; key < 30_000; key += 1) assert.equal(world.find(key), world.expected(key));
});

test('keys of one entry are added and taken out one by one, also if they have one hash', () => {
  const arena = new Arena();
  const keys = new Set<number>();
  // Entry 1 is what has the keys in the set.
  const index = new HashIndex(arena, {
    has: (entry, _hash, bytes) => entry === 1 && keys.has(bytes.getUint8(0)),
  });
  const bytes = new DataView(new ArrayBuffer(1));
  const find = (hash: number, key: number): number => {
    bytes.setUint8(0, key);
    return index.find(hash, bytes, 0, 1);
  };
  for (const [hash, key] of [
    [9, 1],
    [9, 2],
    [10, 3],
  ] as const) {
    index.add(hash, 1);
    keys.add(key);
  }
  index.remove(9, 1);
  keys.delete(1);
  assert.deepEqual([find(9, 1), find(9, 2), find(10, 3)], [0, 1, 1]);
  index.remove(10, 1);
  keys.delete(3);
  assert.deepEqual([find(9, 2), find(10, 3)], [1, 0]);
  index.remove(9, 1);
  keys.delete(2);
  assert.equal(find(9, 2), 0);
});

/** An index over entries whose hashes are given, beside a Map. */
class IndexWorld {
  readonly #arena = new Arena();
  readonly #index: HashIndex = new HashIndex(this.#arena, new KeyMatcher(this.#arena, layout));
  readonly #model: Map<number, number> = new Map();
  readonly #hashOf: (key: number) => number;

  constructor(hashOf: (key: number) => number) {
    this.#hashOf = hashOf;
  }

  add(key: number): void {
    if (this.#model.has(key)) return;
    const bytes = bytesOf(key);
    const entry = this.#createEntry(bytes);
    this.#index.add(this.#hashOf(key), entry);
    this.#model.set(key, entry);
  }

  #createEntry(key: DataView): number {
    const { byteLength } = key;
    const entry = this.#arena.allocate(Math.ceil((layout.keyByte + byteLength) / unitBytes));
    const { ints, view } = this.#arena.chunk(entry);
    const unit = entry & chunkMask;
    ints[(unit << 1) + layout.keyLengthInt] = byteLength | 0x1_0000;
    copyBytes(key, 0, byteLength, view, unit * unitBytes + layout.keyByte);
    return entry;
  }

  remove(key: number): void {
    const entry = this.#model.get(key);
    if (entry === undefined) return;
    this.#index.remove(this.#hashOf(key), entry);
    this.#arena.free(entry);
    this.#model.delete(key);
  }

  /** 0: there is none. */
  find(key: number): number {
    const bytes = bytesOf(key);
    return this.#index.find(this.#hashOf(key), bytes, 0, bytes.byteLength);
  }

  expected(key: number): number {
    return this.#model.get(key) ?? 0;
  }

  check(): void {
    const found = new Set<number>();
    this.#index.audit(
      () => undefined,
      (_hash, entry) => found.add(entry),
    );
    assert.deepEqual(found, new Set(this.#model.values()));
  }
}

function bytesOf(key: number): DataView {
  const bytes = new TextEncoder().encode(`key ${key}`);
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
