import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Glob } from './glob.ts';

function matches(pattern: string, text: string): boolean {
  const bytes = Buffer.from(text, 'latin1');
  return new Glob(Buffer.from(pattern, 'latin1')).matches(bytes, 0, bytes.length);
}

test('patterns mean what they mean to Redis', () => {
  const cases: readonly (readonly [pattern: string, matching: string[], others: string[]])[] = [
    ['', [''], ['a']],
    ['*', ['', 'a', 'a/b\0'], []],
    ['h?llo', ['hello', 'h\xffllo'], ['hllo', 'heello']],
    ['h[ae]llo', ['hello', 'hallo'], ['hillo']],
    ['h[^e]llo', ['hallo', 'h^llo'], ['hello']],
    ['h[a-c]llo', ['hallo', 'hcllo'], ['hdllo', 'h-llo']],
    ['h[c-a]llo', ['hbllo'], ['hdllo']],
    ['a\\*b', ['a*b'], ['axb', 'a\\*b']],
    ['a\\', ['a\\'], ['a']],
    ['[\\]]', [']'], ['\\']],
    ['[abc', ['a', 'c'], ['d', '[abc']],
    ['[]', [], ['', ']', '[]']],
    ['room/*/door', ['room/1/door', 'room//door'], ['room/door', 'room/1/doors']],
    ['*a*b*', ['ab', 'xaxbx'], ['ba']],
  ];
  for (const [pattern, matching, others] of cases) {
    for (const text of matching) assert.ok(matches(pattern, text), `${pattern} takes ${text}`);
    for (const text of others) assert.ok(!matches(pattern, text), `${pattern} refuses ${text}`);
  }
});

/** The textbook's way: try everything. */
function matchesNaively(pattern: string, text: string): boolean {
  if (pattern === '') return text === '';
  const rest = pattern.slice(1);
  if (pattern[0] === '*') {
    return matchesNaively(rest, text) || (text !== '' && matchesNaively(pattern, text.slice(1)));
  }
  return text !== '' && (pattern[0] === '?' || pattern[0] === text[0])
    ? matchesNaively(rest, text.slice(1))
    : false;
}

function textOf(letters: string, maxLength: number): fc.Arbitrary<string> {
  return fc
    .array(fc.constantFrom(...letters.split('')), { maxLength })
    .map((characters) => characters.join(''));
}

test('a pattern matches what trying everything matches', () => {
  fc.assert(
    fc.property(textOf('ab*?', 8), textOf('ab', 10), (pattern, text) => {
      assert.equal(matches(pattern, text), matchesNaively(pattern, text));
    }),
    { numRuns: 2_000 },
  );
});

test('a pattern of several words of states matches as a short one does', () => {
  fc.assert(
    fc.property(
      textOf('ab*?', 8),
      textOf('ab', 10),
      fc.integer({ min: 25, max: 70 }),
      (p, t, n) => {
        const head = 'x'.repeat(n);
        assert.equal(matches(head + p, head + t), matches(p, t));
        assert.equal(matches(p + head, t + head), matches(p, t));
      },
    ),
  );
});

test('the longest pattern needs no more than one pass over the longest key', () => {
  const bytes = Buffer.alloc(4_096, 'a');
  const pattern = Buffer.from('a*'.repeat(127) + 'ab');
  let reads = 0;
  const counting = new Proxy(bytes, {
    get: (target, name) => {
      reads += 1;
      return Reflect.get(target, name) as unknown;
    },
  });
  assert.equal(new Glob(pattern).matches(counting, 0, bytes.length), false);
  assert.equal(reads, bytes.length);
});

test('the literal beginning of a pattern is known', () => {
  assert.equal(Buffer.from(new Glob(Buffer.from('room/*')).literalPrefix).toString(), 'room/');
  assert.equal(new Glob(Buffer.from('[ab]c')).literalPrefix.length, 0);
  assert.equal(new Glob(Buffer.from('plain')).literalPrefix.length, 5);
});
