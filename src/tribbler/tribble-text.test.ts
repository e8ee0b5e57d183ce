import assert from 'node:assert/strict';
import { test } from 'node:test';

import { checkTribbleText } from './tribble-text.ts';

test('a Tribble has 300 graphemes at most, however they are made', () => {
  for (const letter of ['x', 'é', 'e\u0301', '🦭']) {
    assert.equal(checkTribbleText(letter.repeat(300)).kind, 'ok', letter);
    assert.equal(checkTribbleText(letter.repeat(301)).kind, 'too-long', letter);
  }
});

test('a Tribble has 3,000 bytes at most', () => {
  const family = '👨‍👩‍👧‍👦'; // 25 bytes
  assert.equal(checkTribbleText(family.repeat(120)).kind, 'ok');
  const checked = checkTribbleText(family.repeat(121));
  assert.deepEqual(checked, { kind: 'too-long', graphemes: 121, bytes: 3_025 });
});

test('white space alone says nothing', () => {
  for (const text of ['', ' ', '\n\t', '\u00a0']) {
    assert.equal(checkTribbleText(text).kind, 'empty', JSON.stringify(text));
  }
});

test('line ends become one kind, and other control characters are refused', () => {
  assert.deepEqual(checkTribbleText('a\r\nb\rc\n\td'), { kind: 'ok', text: 'a\nb\nc\n\td' });
  for (const text of ['a\u0000', 'a\u001b[31m', 'a\u007f', 'a\u0085', 'a\ud800']) {
    assert.equal(checkTribbleText(text).kind, 'not-text', JSON.stringify(text));
  }
});
