import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Arena } from '../../../core/arena/arena.ts';
import { ReplyWriter } from '../../../resp/reply-writer.ts';
import { ItemList } from './item-list.ts';

function createList(arena = new Arena()): ItemList {
  return new ItemList(arena, { listPackedItems: 16, listChunkItems: 8 });
}

function itemsOf(list: ItemList, start = 0, end = list.size): string[] {
  const items: string[] = [];
  list.forRange(start, end, (item) => items.push(item));
  return items;
}

type Step = readonly [kind: 'append' | 'remove', item: string];

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.tuple(
    fc.constantFrom('append', 'append', 'remove'),
    // Of each length and any bytes; the last is longer than what is packed.
    fc.nat(60).map((n) => `${String.fromCharCode(n * 4)}${'x'.repeat(n < 60 ? n : 300)}`),
  ),
  // By itself it draws some ten: no list would grow long.
  { maxLength: 400, size: 'max' },
);

test('a list does what an array without duplicates does, whatever is appended and removed', () => {
  fc.assert(
    fc.property(steps, fc.nat(70), fc.nat(70), (all, start, length) => {
      const list = createList();
      const model: string[] = [];
      for (const [kind, item] of all) {
        const index = model.indexOf(item);
        if (kind === 'append') {
          assert.equal(list.append(item), index < 0);
          if (index < 0) model.push(item);
        } else {
          assert.equal(list.remove(item), index >= 0);
          if (index >= 0) model.splice(index, 1);
        }
      }
      assert.deepEqual(itemsOf(list), model);
      const end = Math.min(model.length, start + length);
      if (start <= end) assert.deepEqual(itemsOf(list, start, end), model.slice(start, end));
      assert.equal(list.size, model.length);
      assert.equal(
        list.byteLength,
        model.reduce((sum, item) => sum + item.length, 0),
      );
    }),
  );
});

test('what was captured stays as it was, whatever is appended and removed afterwards', () => {
  fc.assert(
    fc.property(steps, steps, (before, after) => {
      const list = createList();
      for (const [kind, item] of before) list[kind](item);
      const then = itemsOf(list);
      const captured = list.capture();
      for (const [kind, item] of after) list[kind](item);
      assert.deepEqual(
        captured.flatMap(({ items }) => items),
        then,
      );
    }),
  );
});

test('a list from which almost everything was removed has few chunks', () => {
  const list = createList();
  for (let i = 0; i < 1_000; i += 1) list.append(`item ${i}`);
  for (let i = 0; i < 1_000; i += 1) if (i % 50 !== 0) list.remove(`item ${i}`);
  assert.equal(list.size, 20);
  assert.ok(list.capture().length <= 10, `${list.capture().length} chunks`);
});

test('a list writes what it is read as', () => {
  fc.assert(
    fc.property(steps, fc.nat(40), (all, start) => {
      const list = createList();
      for (const [kind, item] of all) list[kind](item);
      const written = new ReplyWriter();
      list.writeRange(start, start + 10, written);
      const read = new ReplyWriter();
      list.forRange(start, start + 10, (item) => read.bulkLatin1(item));
      assert.equal(textOf(written), textOf(read));
    }),
  );
});

test('a list that was released, or emptied, or has grown long, holds nothing of the arena', () => {
  fc.assert(
    fc.property(steps, (all) => {
      const arena = new Arena();
      const list = createList(arena);
      let wasLong = false;
      for (const [kind, item] of all) {
        list[kind](item);
        wasLong ||= list.size > 16 || (kind === 'append' && item.length > 255);
        assert.equal(arena.audit().size, wasLong || list.size === 0 ? 0 : 1);
      }
      list.release();
      assert.equal(arena.audit().size, 0);
    }),
  );
});

test('a short list takes little more than its items, also after others were removed', () => {
  const arena = new Arena();
  const list = new ItemList(arena, { listPackedItems: 64, listChunkItems: 8 });
  for (let i = 10; i < 74; i += 1) list.append(`item ${i}`);
  assert.ok(list.heldBytes < 2 * 64 * 9);
  for (let i = 10; i < 70; i += 1) list.remove(`item ${i}`);
  assert.ok(list.heldBytes < 4 * 4 * 9, `${list.heldBytes}`);
});

function textOf(reply: ReplyWriter): string {
  let text = '';
  reply.flushTo({
    write(bytes) {
      text = Buffer.from(bytes).toString('latin1');
      return true;
    },
  });
  return text;
}
