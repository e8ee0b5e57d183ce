import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SimRandom } from '../../../sim/sim-random.ts';
import { Table, type Entry } from './table.ts';
import { Value } from './value.ts';

test('a value is no list and a list no value', () => {
  const table = new Table(new SimRandom(1));
  assert.equal(table.set('value', 'v'), true);
  assert.equal(table.append('value', 'item'), 'wrong type');
  assert.equal(table.remove('value', 'item'), 'wrong type');
  assert.equal(table.append('list', 'item'), 1);
  assert.equal(table.set('list', 'v'), false);
  assert.equal(table.size, 2);
});

test('a list without items is no entry', () => {
  const table = new Table(new SimRandom(1));
  assert.equal(table.remove('list', 'a'), 0);
  table.append('list', 'a');
  assert.equal(table.append('list', 'a'), 0);
  assert.equal(table.remove('list', 'a'), 1);
  assert.equal(table.get('list'), undefined);
  assert.equal(table.delete('list'), false);
});

test('a long list that was deleted is gone at once, and one of its name has nothing of it', () => {
  const table = new Table(new SimRandom(1), { packedItemsMax: 16 });
  for (let i = 0; i < 1_000; i += 1) table.append('list', `item ${i}`);
  assert.equal(table.delete('list'), true);
  assert.deepEqual([table.get('list'), table.byteLength, table.listCount], [undefined, 0, 0]);
  assert.ok(table.audit() > 900, 'nobody waits until all of it is let go of');
  for (let i = 0; i < 100; i += 1) {
    assert.equal(table.append('list', `item ${i}`), 1);
    table.audit();
  }
  assert.equal(table.audit(), 0, 'but it is, by later writes');
  assert.equal(table.delete('list'), true);
});

test('what entries take is counted, and nothing is left when they are gone', () => {
  const table = new Table(new SimRandom(1));
  table.set('a', 'x'.repeat(100));
  const one = table.byteLength;
  table.set('a', 'x'.repeat(150));
  const more = table.byteLength - one;
  assert.ok(more >= 48 && more <= 56, `${more} for 50 bytes more`);
  table.append('list', 'item');
  table.append('list', 'other item');
  table.append('other list', 'item');
  assert.ok(table.byteLength > one);
  table.remove('list', 'item');
  table.delete('list');
  table.remove('other list', 'item');
  table.delete('a');
  assert.equal(table.byteLength, 0);
  assert.equal(table.size, 0);
});

test('entries that were there all the while are met once by whoever goes through all, whatever comes and goes', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(30), { maxLength: 100 }), fc.nat(40), (changed, kept) => {
      const table = new Table(new SimRandom(1));
      for (let i = 0; i <= kept; i += 1) table.set(`kept ${i}`, 'v');
      for (let i = 0; i < 30; i += 3) table.append(`changed ${i}`, 'item');
      const met: string[] = [];
      const rest = [...changed];
      for (const [key] of table.entries()) {
        met.push(key);
        for (const n of rest.splice(0, 3)) {
          if (!table.delete(`changed ${n}`)) table.append(`changed ${n}`, 'x'.repeat(n * 20));
          table.append('grows', `item ${n}`);
        }
      }
      for (let i = 0; i <= kept; i += 1) {
        assert.equal(met.filter((key) => key === `kept ${i}`).length, 1);
      }
      table.audit();
    }),
  );
});

test('a table does what a Map does, whatever bytes keys and values are made of', () => {
  const text = fc.string({ unit: fc.nat(255).map((n) => String.fromCharCode(n)), maxLength: 3 });
  // In a block of each size, in the largest, and outside.
  const value = fc
    .tuple(text, fc.constantFrom(1, 7, 40, 1_365, 1_366, 9_000))
    .map(([part, count]) => part.repeat(count));
  const steps = fc.array(fc.tuple(fc.constantFrom('set', 'replace', 'delete'), text, value), {
    maxLength: 200,
    size: 'max',
  });
  fc.assert(
    fc.property(steps, (all) => {
      const table = new Table(new SimRandom(1));
      const model = new Map<string, string>();
      for (const [kind, key, set] of all) {
        if (kind === 'delete') assert.equal(table.delete(key), model.delete(key));
        else {
          model.set(key, set);
          if (kind === 'set') assert.equal(table.set(key, set), true);
          else table.replace(key, set);
        }
        assert.equal(table.get(key), model.get(key));
      }
      const entries = [...table.entries()].map(([key, entry]) => [key, textOf(entry)] as const);
      assert.deepEqual(new Map(entries), model);
      assert.equal(table.size, model.size);
      table.audit();
    }),
  );
});

test('keys that are read ahead are found as if they were not', () => {
  const table = new Table(new SimRandom(1));
  table.set('there', 'v');
  const bytes = Buffer.from('therenowhere');
  table.prefetch(bytes, Int32Array.of(0, 5, 5, 12), 2);
  assert.equal(textOf(table.find(bytes, 0, 5)), 'v');
  assert.equal(table.find(bytes, 5, 12), undefined);
});

test('a value that is set again stays within what it takes, and other entries stay what they are', () => {
  const table = new Table(new SimRandom(1));
  table.set('other', 'kept');
  table.append('list', 'item');
  const lengths = [0, 1, 8, 9, 100, 4_096, 4_097, 70_000, 3, 4_097, 4_096, 0];
  for (const length of lengths) {
    table.set('value', 'v'.repeat(length));
    assert.equal(table.get('value'), 'v'.repeat(length));
    assert.ok((table.bytesOf('value') ?? 0) <= length * 1.125 + 300, `${length}`);
    assert.equal(table.append('value', 'item'), 'wrong type');
    assert.equal(table.remove('value', 'item'), 'wrong type');
    assert.equal(table.get('other'), 'kept');
    table.audit();
  }
  assert.deepEqual([table.size, table.listCount], [3, 1]);
  for (const key of ['value', 'other', 'list']) table.delete(key);
  assert.equal(table.byteLength, 0);
});

function textOf(entry: Entry | undefined): unknown {
  return entry instanceof Value ? entry.text : entry;
}
