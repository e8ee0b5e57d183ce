import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Table } from './table.ts';

test('a value is no list and a list no value', () => {
  const table = new Table();
  assert.equal(table.set('value', 'v'), true);
  assert.equal(table.append('value', 'item'), 'wrong type');
  assert.equal(table.remove('value', 'item'), 'wrong type');
  assert.equal(table.append('list', 'item'), 1);
  assert.equal(table.set('list', 'v'), false);
  assert.equal(table.size, 2);
});

test('a list without items is no entry', () => {
  const table = new Table();
  assert.equal(table.remove('list', 'a'), 0);
  table.append('list', 'a');
  assert.equal(table.append('list', 'a'), 0);
  assert.equal(table.remove('list', 'a'), 1);
  assert.equal(table.get('list'), undefined);
  assert.equal(table.delete('list'), false);
});

test('what entries take is counted, and nothing is left when they are gone', () => {
  const table = new Table();
  table.set('a', 'x'.repeat(100));
  const one = table.byteLength;
  table.set('a', 'x'.repeat(150));
  assert.equal(table.byteLength, one + 50);
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
