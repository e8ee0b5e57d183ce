import assert from 'node:assert/strict';
import { test } from 'node:test';
import { array, assert as check, constantFrom, property, string } from 'fast-check';
import { textParts } from './text-parts.ts';

function specials(text: string): readonly string[] {
  return textParts(text).flatMap((part) => {
    if (part.kind === 'mention') return [`@${part.user}`];
    return part.kind === 'link' ? [part.address] : [];
  });
}

test('names and addresses lead somewhere', () => {
  assert.deepEqual(specials('@robin, see https://example.com/a_(b)?c=d. And @moss!'), [
    '@robin',
    'https://example.com/a_(b)?c=d',
    '@moss',
  ]);
});

test('what only looks like a name or an address is text', () => {
  const texts = ['heather@example.com', '@Robin', '@robin@example.com', `@${'x'.repeat(31)}`];
  for (const text of [
    ...texts,
    'javascript:alert(1)',
    'data:text/html,x',
    'https://',
    'xhttps://a.b',
  ]) {
    assert.deepEqual(specials(text), [], text);
  }
});

test('the pieces put together are the text, but for the https:// that is not shown', () => {
  const piece = constantFrom(
    '@robin',
    'https://example.com',
    ' ',
    '.',
    '@',
    'https://',
    '<b>',
    '\n',
  );
  check(
    property(array(piece, { maxLength: 20 }), string(), (pieces, rest) => {
      const text = pieces.join('') + rest;
      const whole = textParts(text).map((part) =>
        part.kind === 'link' ? part.address : part.text,
      );
      assert.equal(whole.join(''), text);
    }),
  );
});

test('a link is http or https, whatever the text', () => {
  const piece = constantFrom(
    'https://',
    'http://',
    'javascript:',
    'data:',
    '@',
    'a',
    '"',
    ' ',
    ':',
  );
  check(
    property(array(piece, { maxLength: 30 }), (pieces) => {
      for (const part of textParts(pieces.join(''))) {
        if (part.kind === 'link') assert.match(new URL(part.address).protocol, /^https?:$/);
      }
    }),
  );
});
