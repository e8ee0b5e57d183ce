import assert from 'node:assert/strict';
import { test } from 'node:test';

import { isWriter, normalizeName } from './names.ts';

test('a name has 3 to 16 characters of a few kinds and begins with a letter, in any case', () => {
  assert.equal(normalizeName(' Heather '), 'heather');
  assert.equal(normalizeName('a-b_9'), 'a-b_9');
  const wrong = [
    '',
    'ab',
    'x'.repeat(17),
    '9lives',
    '-abc',
    'a/b',
    'a:b',
    'a b',
    'Ｈeather',
    'hеather',
  ];
  const hostile = [
    '__proto__',
    'constructor/',
    '\u001b[31m',
    'al\u200bice',
    'Masters\n',
    'x'.repeat(1e6),
  ];
  for (const name of [...wrong, ...hostile.slice(0, 4), hostile[5] ?? '']) {
    assert.equal(normalizeName(name), undefined, name.slice(0, 20));
  }
  // Blanks around it are no part of it.
  assert.equal(normalizeName('Masters\n'), 'masters');
  // A name like any other: it is a key's part and not a property of anything.
  assert.equal(normalizeName('constructor'), 'constructor');
});

test('the id of a writer is short and plain', () => {
  assert.ok(isWriter('0123456789abcdef'));
  for (const id of ['', 'short', 'UPPERCASE', 'with/delimiter', 'x'.repeat(33)]) {
    assert.ok(!isWriter(id));
  }
});
