import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { printable } from './terminal-text.ts';

test('text that people write stays as it is', () => {
  for (const text of ['', 'plain', 'Grüße, 日本 · עברית', '👩‍👩‍👧 🎲', 'a\u0301']) {
    assert.equal(printable(text), text);
  }
});

test('what a terminal would obey or hide is written out', () => {
  assert.equal(printable('\u001b[2Jgone'), '\\u{1b}[2Jgone');
  assert.equal(printable('\u009b2Jgone'), '\\u{9b}2Jgone');
  assert.equal(printable('safe\u202egnp.exe'), 'safe\\u{202e}gnp.exe');
  assert.equal(printable('one\ntwo\r\tthree\0'), 'one\\ntwo\\r\\tthree\\u{0}');
  assert.equal(printable('\u200bhidden\u{e0041}'), '\\u{200b}hidden\\u{e0041}');
  assert.equal(printable('\u2028'), '\\u{2028}');
});

test('no text gets a control or bidi character through, and no two look the same', () => {
  const text = fc.string({ unit: 'binary' });
  fc.assert(
    fc.property(text, text, (a, b) => {
      assert.doesNotMatch(printable(a), /[\p{Cc}\u2028-\u202e\u2066-\u2069]/u);
      if (a !== b) assert.notEqual(printable(a), printable(b));
    }),
  );
});
