import assert from 'node:assert/strict';
import { test } from 'node:test';

import { chooseParts, type Part } from './parts.ts';

const list: Part = () => ({});
const wire: Part = () => ({});
const repair: Part = () => ({});
const all = { list, wire, repair };

test('without --part all parts are measured, in their order', () => {
  assert.deepEqual(chooseParts(all, []), [list, wire, repair]);
});

test('with --part only that one is measured, and each once in the order of asking', () => {
  assert.deepEqual(chooseParts(all, ['wire']), [wire]);
  assert.deepEqual(chooseParts(all, ['repair', 'list', 'repair']), [repair, list]);
});

test('a part that there is not is refused with the names that there are', () => {
  assert.throws(() => chooseParts(all, ['wire', 'wires']), {
    message: "there is no part 'wires'; parts are list, wire, repair",
  });
});
