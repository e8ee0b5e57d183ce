import assert from 'node:assert/strict';
import { test } from 'node:test';

import { chosenParts } from './chosen-parts.ts';

const all = ['list', 'wire', 'repair'] as const;

test('without --part all parts are measured, in their order', () => {
  assert.deepEqual(chosenParts([], all), all);
});

test('with --part only that one is measured, and each once in the order of asking', () => {
  assert.deepEqual(chosenParts(['wire'], all), ['wire']);
  assert.deepEqual(chosenParts(['repair', 'list', 'repair'], all), ['repair', 'list']);
});

test('a part that there is not is refused with the names that there are', () => {
  assert.throws(() => chosenParts(['wire', 'wires'], all), {
    message: "there is no part 'wires'; parts are list, wire, repair",
  });
});
