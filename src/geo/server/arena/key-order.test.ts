import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomBelow } from '../../../core/random.ts';
import { SimRandom } from '../../../sim/sim-random.ts';
import { Arena } from '../../../core/arena/arena.ts';
import { Entries } from './entries.ts';
import { KeyOrder } from './key-order.ts';
import { Places } from './places.ts';

test('keys added in any order are met in the order of their bytes, from any key on', () => {
  const random = new SimRandom(1);
  const world = new OrderWorld();
  for (let i = 0; i < 5_000; i += 1) world.add(`${randomBelow(random, 4_000)}`);
  world.check();
  for (const from of ['', '0', '1999', '2000x', '39', '999', '\xff']) {
    assert.deepEqual(world.from(from), world.expectedFrom(from));
  }
});

test('keys added upwards or downwards fill their leaves', () => {
  const names = Array.from({ length: 20_000 }, (_, i) => String(i).padStart(6, '0'));
  for (const [order, bytesMax] of [
    [names, 8.3],
    [names.toReversed(), 16.5],
  ] as const) {
    const world = new OrderWorld();
    for (const name of order) world.add(name);
    world.check();
    assert.ok(world.bytesPerKey < bytesMax, `${world.bytesPerKey} bytes a key`);
  }
});

test('keys that come in runs, each in its order, stand among the others', () => {
  const random = new SimRandom(7);
  const world = new OrderWorld();
  for (let run = 0; run < 60; run += 1) {
    const from = randomBelow(random, 20_000);
    const step = random.chance(0.5) ? 1 : -1;
    for (let i = 0; i < 300; i += 1) {
      const name = String(from + 10_000 + step * i * (1 + (run % 3))).padStart(6, '0');
      if (random.chance(0.02)) world.remove(name);
      else world.add(name);
    }
  }
  world.check();
});

test('keys that come downwards into a gap behind a full leaf do not make a leaf each', () => {
  const world = new OrderWorld();
  for (let i = 0; i < 255; i += 1) world.add(`a${String(i).padStart(4, '0')}`);
  world.add('z');
  for (let i = 5_000; i > 0; i -= 1) world.add(`m${String(i).padStart(4, '0')}`);
  world.check();
  assert.ok(world.bytesPerKey < 24, `${world.bytesPerKey} bytes a key`);
});

test('keys that differ only in NULs at their end, or far behind what they share, stand in their order', () => {
  const random = new SimRandom(4);
  const world = new OrderWorld();
  const beginnings = [
    '',
    'a',
    'player/of/the/north/',
    'player/of/the/north/17/',
    '\xff\xff\xff\xff',
  ];
  for (let i = 0; i < 3_000; i += 1) {
    const beginning = random.pick(beginnings);
    const rest = '\0'.repeat(randomBelow(random, 9)) + random.pick(['', '\0', '\x01', 'b', '\xff']);
    if (random.chance(0.7)) world.add(`${beginning}${rest}${randomBelow(random, 9)}`);
    else if (random.chance(0.5)) world.add(`${beginning}${rest}!`);
    else world.remove(`${beginning}${rest}!`);
    if (i % 100 === 0) world.check();
  }
  world.check();
  assert.deepEqual(world.from(''), world.expectedFrom(''));
  assert.deepEqual(
    world.from('player/of/the/north/\0'),
    world.expectedFrom('player/of/the/north/\0'),
  );
});

test('whatever is removed, the order stays right and its leaves full enough', () => {
  const random = new SimRandom(2);
  const world = new OrderWorld();
  for (let i = 0; i < 6_000; i += 1) world.add(`${i}`);
  for (let i = 0; i < 20_000; i += 1) {
    world.remove(`${randomBelow(random, 6_000)}`);
    if (i % 3 === 0) world.add(`${randomBelow(random, 6_000)}`);
    if (i % 500 === 0) world.check();
  }
  assert.deepEqual(world.from(''), world.expectedFrom(''));
  for (const name of world.expectedFrom('')) world.remove(name);
  world.check();
  assert.deepEqual(world.from(''), []);
  world.add('again');
  world.check();
});

/** An order over entries of an arena, beside a sorted list. */
class OrderWorld {
  readonly #arena = new Arena();
  readonly #entries: Entries = new Entries(this.#arena);
  readonly #places: Places = new Places(this.#arena);
  readonly #order: KeyOrder = new KeyOrder(this.#arena, this.#entries, this.#places);
  readonly #model: Map<string, number> = new Map();

  add(key: string): void {
    if (this.#model.has(key)) return;
    const bytes = bytesOf(key);
    const entry = this.#entries.create(bytes, 0, key.length, 0, 0);
    const place = this.#places.take(entry);
    this.#order.add(place, bytes, 0, key.length);
    this.#model.set(key, place);
  }

  remove(key: string): void {
    const place = this.#model.get(key);
    if (place === undefined) return;
    this.#order.remove(place, bytesOf(key), 0, key.length);
    this.#arena.free(this.#places.entry(place));
    this.#places.give(place);
    this.#model.delete(key);
  }

  from(key: string): string[] {
    const found: string[] = [];
    this.#order.visitFrom(bytesOf(key), 0, key.length, (entry) => {
      const start = this.#entries.keyStart(entry);
      const end = start + this.#entries.keyLength(entry);
      found.push(this.#arena.chunk(entry).bytes.toString('latin1', start, end));
      return true;
    });
    return found;
  }

  expectedFrom(key: string): string[] {
    return [...this.#model.keys()].filter((other) => other >= key).toSorted(compareCodes);
  }

  /** Of leaves alone. */
  get bytesPerKey(): number {
    let leaves = 0;
    this.#order.audit(
      () => (leaves += 1),
      () => undefined,
    );
    return (leaves * 2_048) / this.#model.size;
  }

  check(): void {
    const places: number[] = [];
    this.#order.audit(
      () => undefined,
      (place) => places.push(place),
    );
    assert.deepEqual(new Set(places), new Set(this.#model.values()));
    assert.equal(this.#order.size, this.#model.size);
  }
}

function compareCodes(a: string, b: string): number {
  return a < b ? -1 : 1;
}

function bytesOf(text: string): DataView {
  const bytes = Buffer.from(text, 'latin1');
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
