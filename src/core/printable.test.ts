import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { printable } from './printable.ts';

test('an escape sequence is shown and not obeyed', () => {
  assert.equal(printable('\x1b[31mred\x1b[0m'), '\\u{1b}[31mred\\u{1b}[0m');
  assert.equal(printable('\x1b]0;title\x07'), '\\u{1b}]0;title\\u{7}');
  assert.equal(printable('\x9b31m'), '\\u{9b}31m');
});

test('text stays on its line', () => {
  assert.equal(printable('one\r\ntwo\tthree\u2028four'), 'one\\r\\ntwo\\tthree\\u{2028}four');
});

test('the direction of writing cannot be turned', () => {
  assert.equal(printable('a\u202eb\u2066c'), 'a\\u{202e}b\\u{2066}c');
});

test('what cannot be seen is made visible', () => {
  assert.equal(printable('al\u200bice'), 'al\\u{200b}ice');
  assert.equal(printable('al\u200dice'), 'al\\u{200d}ice');
  assert.equal(printable('1\u200d2'), '1\\u{200d}2');
  assert.equal(printable('\u3164'), '\\u{3164}');
  assert.equal(printable('\ud800'), '\\u{d800}');
});

test('letters, accents, scripts with joiners and pictures stay as they are', () => {
  for (const text of ['naïve', 'Zoë', '日本語', 'می‌خواهم', 'क्‍ष', '👩‍💻', '👩🏽‍🚀', '❤️', '🏳️‍🌈']) {
    assert.equal(printable(text), text);
  }
});

test('a pile of accents does not reach the lines above', () => {
  assert.equal(printable(`a${'\u0301'.repeat(100)}b`), `a${'\u0301'.repeat(6)}b`);
});

test('no text leaves a control or format character behind', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.doesNotMatch(printable(text), /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069\u200b]/u);
    }),
  );
});
