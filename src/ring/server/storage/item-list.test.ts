import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ReplyWriter } from '../../../resp/reply-writer.ts';
import { SimRandom } from '../../../sim/sim-random.ts';
import type { ItemList } from './item-list.ts';
import { Table, type TableBounds } from './table.ts';

const bounds = { packedItemsMax: 8 };

/** A key of a table, and what it leads to. */
class Subject {
  readonly table: Table;

  constructor(own: TableBounds = bounds) {
    this.table = new Table(new SimRandom(1), own);
  }

  /** Undefined: it has no items. */
  get list(): ItemList | undefined {
    const entry = this.table.get('list');
    return typeof entry === 'string' ? undefined : entry;
  }

  get heldBytes(): number {
    return this.table.bytesOf('list') ?? 0;
  }

  append(item: string): boolean {
    return this.table.append('list', item) === 1;
  }

  remove(item: string): boolean {
    return this.table.remove('list', item) === 1;
  }
}

function itemsOf(list: ItemList | undefined, start = 0, end = list?.size ?? 0): string[] {
  const items: string[] = [];
  list?.forRange(start, end, (item) => items.push(item));
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
      assert.equal(subject.list?.size ?? 0, model.length);
      assert.equal(
        subject.list?.byteLength ?? 0,
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
      const captured = subject.list?.capture() ?? [];
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
  assert.equal(subject.list?.size, 20);
  const chunks = subject.list?.capture().length ?? 0;
  assert.ok(chunks <= 10, `${chunks} chunks`);
});

test('a list writes what it is read as', () => {
  fc.assert(
    fc.property(steps, fc.nat(40), (all, start) => {
      const subject = new Subject();
      for (const [kind, item] of all) subject[kind](item);
      const written = new ReplyWriter();
      subject.list?.writeRange(start, start + 10, written);
      const read = new ReplyWriter();
      subject.list?.forRange(start, start + 10, (item) => read.bulkLatin1(item));
      assert.equal(textOf(written), textOf(read));
    }),
  );
});

test('what a list takes is counted and has an owner, whatever is appended and removed', () => {
  fc.assert(
    fc.property(steps, (all) => {
      const subject = new Subject();
      // A neighbour, whose block must not be touched.
      for (const item of ['a', 'b']) subject.table.append('other', item);
      for (const [kind, item] of all) {
        subject[kind](item);
        subject.table.audit();
      }
      const other = subject.table.get('other');
      assert.deepEqual(typeof other === 'string' ? other : itemsOf(other), ['a', 'b']);
      subject.table.delete('list');
      subject.table.delete('other');
      assert.equal(subject.table.byteLength, 0);
      subject.table.audit();
    }),
    { numRuns: 30 },
  );
});

test('a short list takes little more than its items, also after others were removed', () => {
  const subject = new Subject({ packedItemsMax: 64 });
  subject.append('item');
  const empty = subject.heldBytes;
  for (let i = 10; i < 73; i += 1) subject.append(`item ${i}`);
  assert.ok(subject.heldBytes - empty < 2 * 64 * 9);
  for (let i = 10; i < 70; i += 1) subject.remove(`item ${i}`);
  assert.ok(subject.heldBytes - empty < 4 * 4 * 9, `${subject.heldBytes}`);
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
