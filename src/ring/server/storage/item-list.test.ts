import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Arena } from '../../../core/arena/arena.ts';
import { ReplyWriter } from '../../../resp/reply-writer.ts';
import { appendTo, createList, type ItemList, type ListBounds } from './item-list.ts';

const bounds = { listPackedItems: 16, listChunkItems: 8 };

/** A list of a key: it may become another one. */
class Subject {
  list: ItemList;
  readonly #bounds: ListBounds;

  constructor(arena = new Arena(), own: ListBounds = bounds) {
    this.list = createList(arena, own);
    this.#bounds = own;
  }

  append(item: string): boolean {
    const grown = appendTo(this.list, item, this.#bounds);
    this.list = grown ?? this.list;
    return grown !== undefined;
  }

  remove(item: string): boolean {
    return this.list.remove(item);
  }
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
      const subject = new Subject();
      const model: string[] = [];
      for (const [kind, item] of all) {
        const index = model.indexOf(item);
        if (kind === 'append') {
          assert.equal(subject.append(item), index < 0);
          if (index < 0) model.push(item);
        } else {
          assert.equal(subject.remove(item), index >= 0);
          if (index >= 0) model.splice(index, 1);
        }
      }
      assert.deepEqual(itemsOf(subject.list), model);
      const end = Math.min(model.length, start + length);
      if (start <= end)
        assert.deepEqual(itemsOf(subject.list, start, end), model.slice(start, end));
      assert.equal(subject.list.size, model.length);
      assert.equal(
        subject.list.byteLength,
        model.reduce((sum, item) => sum + item.length, 0),
      );
    }),
  );
});

test('what was captured stays as it was, whatever is appended and removed afterwards', () => {
  fc.assert(
    fc.property(steps, steps, (before, after) => {
      const subject = new Subject();
      for (const [kind, item] of before) subject[kind](item);
      const then = itemsOf(subject.list);
      const captured = subject.list.capture();
      for (const [kind, item] of after) subject[kind](item);
      assert.deepEqual(
        captured.flatMap(({ items }) => items),
        then,
      );
    }),
  );
});

test('a list from which almost everything was removed has few chunks', () => {
  const subject = new Subject();
  for (let i = 0; i < 1_000; i += 1) subject.append(`item ${i}`);
  for (let i = 0; i < 1_000; i += 1) if (i % 50 !== 0) subject.remove(`item ${i}`);
  assert.equal(subject.list.size, 20);
  assert.ok(subject.list.capture().length <= 10, `${subject.list.capture().length} chunks`);
});

test('a list writes what it is read as', () => {
  fc.assert(
    fc.property(steps, fc.nat(40), (all, start) => {
      const subject = new Subject();
      for (const [kind, item] of all) subject[kind](item);
      const written = new ReplyWriter();
      subject.list.writeRange(start, start + 10, written);
      const read = new ReplyWriter();
      subject.list.forRange(start, start + 10, (item) => read.bulkLatin1(item));
      assert.equal(textOf(written), textOf(read));
    }),
  );
});

test('a list that was released, or emptied, or has grown long, holds nothing of the arena', () => {
  fc.assert(
    fc.property(steps, (all) => {
      const arena = new Arena();
      const subject = new Subject(arena);
      let wasLong = false;
      for (const [kind, item] of all) {
        subject[kind](item);
        wasLong ||= subject.list.size > 16 || (kind === 'append' && item.length > 255);
        assert.equal(arena.audit().size, wasLong || subject.list.size === 0 ? 0 : 1);
      }
      subject.list.release();
      assert.equal(arena.audit().size, 0);
    }),
  );
});

test('a short list takes little more than its items, also after others were removed', () => {
  const arena = new Arena();
  const subject = new Subject(arena, { listPackedItems: 64, listChunkItems: 8 });
  for (let i = 10; i < 74; i += 1) subject.append(`item ${i}`);
  assert.ok(subject.list.heldBytes < 2 * 64 * 9);
  for (let i = 10; i < 70; i += 1) subject.remove(`item ${i}`);
  assert.ok(subject.list.heldBytes < 4 * 4 * 9, `${subject.list.heldBytes}`);
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
