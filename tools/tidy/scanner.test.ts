import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { countCodeLines, scan } from './scanner.ts';

/** The tokens as text, strings in quotes and templates in backquotes. */
function texts(source: string): string[] {
  return scan(source).map(({ kind, text }) => {
    if (kind === 'string') return `'${text}'`;
    return kind === 'template' ? `\`${text}\`` : text;
  });
}

test('comments are not code', () => {
  assert.deepEqual(texts('a; // Date\n/* Date\n */ b'), ['a', ';', 'b']);
});

test('what looks like a comment in a string, a template or a pattern is not one', () => {
  assert.deepEqual(texts(`'// a' + "/* b" + \`// c\``), ["'// a'", '+', "'/* b'", '+', '`// c`']);
  assert.deepEqual(texts('x = /[/*]\\/\\//g; y'), ['x', '=', '/[/*]\\/\\//g', ';', 'y']);
});

test('a quote ends where an unescaped twin stands', () => {
  assert.deepEqual(texts(String.raw`'it\'s' a "\\" b`), [
    String.raw`'it\'s'`,
    'a',
    String.raw`'\\'`,
    'b',
  ]);
});

test('what a template inserts is code, also with braces and templates of its own', () => {
  const tokens = [
    '`a`',
    '${',
    'f',
    '(',
    '{',
    'b',
    ':',
    '`c`',
    '${',
    'd',
    '``',
    '}',
    ')',
    '`e`',
    'g',
  ];
  assert.deepEqual(texts('`a${ f({ b: `c${d}` }) }e` g'), tokens);
});

test('a slash after a value divides, elsewhere it begins a pattern', () => {
  assert.deepEqual(texts('(a) / b / c'), ['(', 'a', ')', '/', 'b', '/', 'c']);
  assert.deepEqual(texts('return /a b/.test(c)'), ['return', '/a b/', '.', 'test', '(', 'c', ')']);
  assert.deepEqual(texts('`${a}` / 2 / b'), ['``', '${', 'a', '``', '/', '2', '/', 'b']);
});

test('a token knows its line, behind comments, templates and escapes that span lines', () => {
  const source = '#!/usr/bin/env node\n/*\n*/ a\n`\n${b}\n\\\n` c';
  const lines = scan(source).map(({ text, line }) => `${text.trim()}@${line}`);
  assert.deepEqual(lines, ['a@3', '@4', '${@5', 'b@5', '\\@5', 'c@7']);
});

test('private and decorated names, and names of any script, are one word', () => {
  assert.deepEqual(texts('this.#größe'), ['this', '.', '#größe']);
});

test('lines of code are those that are neither blank nor comment alone', () => {
  assert.equal(countCodeLines('// why\n\na; // because\n/* so */\nb(`1\n2\n3`);\n'), 4);
  assert.equal(countCodeLines(''), 0);
});

test('source that ends in the middle of something ends the scan', () => {
  for (const source of ["'a", '`a', '`a${', '/* a', '/a', 'a /']) {
    assert.ok(scan(source).length <= 3, source);
  }
});

test('whatever is scanned, the scan ends and its lines are lines of the source', () => {
  const piece = fc.constantFrom(
    ...('`${}/*\\\'" \nab1[](=>?.'.match(/[^]/g) ?? []),
    '//',
    '/*',
    '*/',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      const source = pieces.join('');
      const lineCount = source.split('\n').length;
      let line = 1;
      for (const token of scan(source)) {
        assert.ok(token.line >= line && token.line <= lineCount);
        line = token.line;
      }
    }),
    { numRuns: 2_000 },
  );
});
