import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { matchesGlob } from './glob.ts';

function matches(pattern: string, text: string): boolean {
  // The text stands among other bytes, as keys do.
  const bytes = Buffer.from(`a${text}a`, 'latin1');
  return matchesGlob(Buffer.from(pattern, 'latin1'), bytes, 1, bytes.length - 1);
}

const cases: readonly (readonly [pattern: string, yes: string[], no: string[]])[] = [
  ['', [''], ['a']],
  ['*', ['', 'a', 'abc'], []],
  ['h?llo', ['hello', 'hallo'], ['hllo', 'heello']],
  ['h*llo', ['hllo', 'heeeello'], ['hell', 'xhello']],
  ['h[ae]llo', ['hello', 'hallo'], ['hillo']],
  ['h[^e]llo', ['hallo'], ['hello']],
  ['h[a-c]llo', ['hallo', 'hcllo'], ['hdllo']],
  ['h[c-a]llo', ['hbllo'], ['hdllo']],
  ['h\\*llo', ['h*llo'], ['hello']],
  ['[\\]]', [']'], ['\\']],
  ['[a-]', ['a', '-'], ['b']],
  ['[abc', ['a', 'c'], ['d']],
  ['a*b*c', ['abc', 'axxbxxc', 'abcbc'], ['acb', 'ab']],
  ['user:*:name', ['user:1:name', 'user::name'], ['user:1:nam']],
  ['*\xff', ['\xff', 'a\xff'], ['a']],
  ['a\\', ['a\\'], ['a']],
];

for (const [pattern, yes, no] of cases) {
  test(`the pattern ${JSON.stringify(pattern)} matches what Redis matches with it`, () => {
    for (const text of yes) assert.equal(matches(pattern, text), true, text);
    for (const text of no) assert.equal(matches(pattern, text), false, text);
  });
}

test('patterns of stars and letters match as the plain definition says', () => {
  /** The exponential way, which is easy to see through. */
  const slowly = (pattern: string, text: string): boolean => {
    if (pattern === '') return text === '';
    if (pattern.startsWith('*')) {
      return slowly(pattern.slice(1), text) || (text !== '' && slowly(pattern, text.slice(1)));
    }
    const isSame = text !== '' && (pattern.startsWith('?') || pattern[0] === text[0]);
    return isSame && slowly(pattern.slice(1), text.slice(1));
  };
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 });
  const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 10 });
  fc.assert(
    fc.property(pattern, text, (p, t) => {
      assert.equal(matches(p, t), slowly(p, t));
    }),
    { numRuns: 3_000 },
  );
});

test('many stars over a long text are matched without trying every way', () => {
  // Every star tried again for every place of the others would take longer than the universe has.
  assert.equal(matches(`${'a*'.repeat(100)}b`, 'a'.repeat(4_000)), false);
});
