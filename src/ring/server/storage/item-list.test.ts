import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ItemList } from './item-list.ts';

function itemsOf(list: ItemList, start = 0, end = list.size): string[] {
  const items: string[] = [];
  list.forRange(start, end, (item) => items.push(item));
  return items;
}

type Step = readonly [kind: 'append' | 'remove', item: string];

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.tuple(
    fc.constantFrom('append', 'append', 'remove'),
    fc.nat(60).map((n) => `item ${n}`),
  ),
  { maxLength: 400 },
);

test('a list does what an array without duplicates does, whatever is appended and removed', () => {
  fc.assert(
    fc.property(steps, fc.nat(70), fc.nat(70), (all, start, length) => {
      const list = new ItemList({ chunkItems: 8 });
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
      const list = new ItemList({ chunkItems: 8 });
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
  const list = new ItemList({ chunkItems: 8 });
  for (let i = 0; i < 1_000; i += 1) list.append(`item ${i}`);
  for (let i = 0; i < 1_000; i += 1) if (i % 50 !== 0) list.remove(`item ${i}`);
  assert.equal(list.size, 20);
  assert.ok(list.capture().length <= 10, `${list.capture().length} chunks`);
});
