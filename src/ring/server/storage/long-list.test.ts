import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Arena } from '../../../core/arena/arena.ts';
import { createHashSecret, hashBytes } from '../../../core/arena/hash-bytes.ts';
import { SimRandom } from '../../../sim/sim-random.ts';
import { Entries } from './entries.ts';
import { ItemIndex } from './item-index.ts';
import { LongList, type LongListParts } from './long-list.ts';

const secret = createHashSecret(new SimRandom(1));

/** Long lists, whose items have the hashes that a test wants. */
class LongLists {
  readonly parts: LongListParts;
  readonly #arena = new Arena();

  constructor(segmentItems = 4) {
    const entries = new Entries(this.#arena, secret);
    this.parts = { entries, index: new ItemIndex(this.#arena, entries), segmentItems };
  }

  get usedBytes(): number {
    return this.#arena.usedBytes;
  }

  list(number: number): LongList {
    return new LongList(this.parts, number);
  }
}

function bytesOf(item: string): DataView {
  const bytes = Uint8Array.from(item, (character) => character.charCodeAt(0));
  return new DataView(bytes.buffer);
}

function append(list: LongList, item: string, hash?: number): boolean {
  const bytes = bytesOf(item);
  const own = hash ?? hashBytes(secret, bytes, 0, bytes.byteLength);
  return list.append(own, bytes, 0, bytes.byteLength);
}

function remove(list: LongList, item: string, hash?: number): boolean {
  const bytes = bytesOf(item);
  const own = hash ?? hashBytes(secret, bytes, 0, bytes.byteLength);
  return list.remove(own, bytes, 0, bytes.byteLength);
}

function itemsOf(list: LongList): string[] {
  const items: string[] = [];
  list.forRange(0, list.size, (item) => items.push(item));
  return items;
}

test('an item is in the lists that have it, also where the hashes of two lists meet', () => {
  const lists = new LongLists();
  const [a, b] = [lists.list(1), lists.list(2)];
  // With these, both lists look for the item by the same hash, 7, and by the same tag.
  const hashIn = (number: number): number => 7 ^ Math.imul(number, 0x9e37_79b1);
  assert.equal(append(a, 'x', hashIn(1)), true);
  assert.equal(append(b, 'x', hashIn(2)), true);
  assert.equal(append(a, 'x', hashIn(1)), false);
  assert.equal(remove(a, 'x', hashIn(1)), true);
  assert.equal(remove(a, 'x', hashIn(1)), false);
  assert.deepEqual([itemsOf(a), itemsOf(b)], [[], ['x']]);
  assert.equal(remove(b, 'x', hashIn(2)), true);
});

test('items of one hash are told from each other, in one segment and in several', () => {
  // Two of them are too long to be packed, and one begins with the other.
  const items = ['a', 'ab', 'c', 'd'.repeat(300), 'd'.repeat(301)];
  for (const segmentItems of [1, 2, 8]) {
    const list = new LongLists(segmentItems).list(1);
    for (const item of items) assert.equal(append(list, item, 5), true);
    for (const item of items) assert.equal(append(list, item, 5), false);
    assert.equal(remove(list, 'c', 5), true);
    assert.equal(remove(list, 'c', 5), false);
    assert.deepEqual(
      itemsOf(list),
      items.filter((item) => item !== 'c'),
    );
    for (const item of items.toReversed()) assert.equal(remove(list, item, 5), item !== 'c');
    assert.equal(list.size, 0);
  }
});

test('what a list takes is told, and given back when it is let go of, some of it each time', () => {
  const lists = new LongLists(64);
  const [kept, dropped] = [lists.list(1), lists.list(2)];
  for (let i = 0; i < 300; i += 1) append(kept, `item ${i}`);
  const before = lists.usedBytes;
  for (let i = 0; i < 300; i += 1)
    append(dropped, i % 100 === 0 ? 'x'.repeat(400 + i) : `item ${i}`);
  assert.ok(dropped.heldBytes > dropped.byteLength);
  let steps = 1;
  while (dropped.dropSome(64)) steps += 1;
  assert.ok(steps >= 4 && steps <= 6, `${steps} steps`);
  assert.equal(lists.usedBytes, before);
  assert.equal(itemsOf(kept).length, 300);
  for (let i = 0; i < 300; i += 1) assert.equal(append(kept, `item ${i}`), false);
});

test('items are as they were captured, small and large, whatever happens to them afterwards', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(20), fc.constantFrom(1, 254, 255, 256, 3_000)), { maxLength: 60 }),
      (drawn) => {
        const list = new LongLists(8).list(1);
        for (const [n, length] of drawn) append(list, String.fromCharCode(n + 65).repeat(length));
        const then = itemsOf(list);
        const captured = list.capture();
        for (const item of then) remove(list, item);
        for (const item of 'xyz') append(list, item.repeat(300));
        assert.deepEqual(
          captured.flatMap(({ items }) => items),
          then,
        );
        assert.deepEqual(itemsOf(list).length, 3);
      },
    ),
  );
});
