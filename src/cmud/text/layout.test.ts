import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { command, formatNumber, listed, phrase, plainText, text, toned } from '../rules/phrase.ts';
import type { Block, Phrase } from '../rules/phrase.ts';
import { layOut } from './layout.ts';
import { headOfWidth, textWidth } from './text-width.ts';

function lines(blocks: readonly Block[], width = 40, isPlain = false): string[] {
  return layOut(blocks, { width, isPlain, quotesCommands: false }).map(plainText);
}

const table: Block = {
  kind: 'table',
  columns: [
    { title: '', align: 'left' },
    { title: 'price', align: 'right' },
    { title: 'about', align: 'left' },
  ],
  rows: [
    [phrase`cpu`, phrase`${1}`, phrase`a plain processor that has seen better decades`],
    [phrase`dark_matter`, phrase`${1_000}`, phrase`bends light`],
  ],
};

test('no line is wider than the terminal, and no word is lost', () => {
  const word = fc.stringMatching(/^[a-z]{1,60}$/);
  fc.assert(
    fc.property(
      fc.array(word, { maxLength: 40 }),
      fc.integer({ min: 8, max: 90 }),
      (words, width) => {
        const wrapped = lines([text`${words.join(' ')}`], width);
        for (const line of wrapped) assert.ok(textWidth(line) <= width, `${line} in ${width}`);
        assert.equal(wrapped.join('').replaceAll(' ', ''), words.join(''));
      },
    ),
  );
});

test('a table that does not fit becomes sentences, and a picture is left out', () => {
  const art: Block = { kind: 'art', lines: [phrase`${'='.repeat(31)}`] };
  assert.deepEqual(lines([art, table], 30), [
    'cpu: price 1, about a plain',
    'processor that has seen better',
    'decades.',
    'dark_matter: price 1,000,',
    'about bends light.',
  ]);
  for (let width = 8; width <= 90; width++) {
    for (const line of lines([art, table], width)) assert.ok(textWidth(line) <= width, line);
  }
});

test('nothing that is shown can drive the terminal, wherever it stands', () => {
  const hostile: Phrase = [toned('speech', 'a\u001b[2Jb\u202ec\nd')];
  const blocks: Block[] = [
    { kind: 'text', phrase: hostile },
    { kind: 'heading', phrase: hostile },
    { kind: 'art', lines: [hostile] },
    { kind: 'bar', label: hostile, done: 1, size: 2, unit: 'step' },
    { ...table, rows: [[hostile, hostile, hostile]] },
  ];
  for (const isPlain of [false, true]) {
    assert.doesNotMatch(lines(blocks, 80, isPlain).join(''), /[\p{Cc}\u202e]/u);
  }
});

test('wide letters count two columns, marks none', () => {
  assert.equal(textWidth('abc'), 3);
  assert.equal(textWidth('日本'), 4);
  assert.equal(textWidth('e\u0301'), 1);
  assert.equal(headOfWidth('日本語', 5), '日本');
  assert.equal(headOfWidth('日', 1), '日', 'at least one, so that work goes on');
});

test('columns stand under each other, and the last one wraps under itself', () => {
  assert.deepEqual(lines([table], 44), [
    '             price  about',
    'cpu              1  a plain processor that',
    '                    has seen better decades',
    'dark_matter  1,000  bends light',
  ]);
});

test('a bar shows what is done, in cells and in numbers', () => {
  const bar: Block = { kind: 'bar', label: phrase`P`, done: 50, size: 100, unit: 'step' };
  const [line = ''] = lines([bar], 92);
  assert.match(line, /^P +\[#+-+\] {3}50 %, 50 steps left$/);
  assert.equal((/#+/.exec(line)?.[0] ?? '').length, (/-+/.exec(line)?.[0] ?? '').length);
  assert.deepEqual(lines([bar], 40), ['P: 50 of 100 steps done (50 %), 50 left.']);
});

test('a bar is full only when everything is done', () => {
  const bar: Block = {
    kind: 'bar',
    label: phrase`P`,
    done: 999_999,
    size: 1_000_000,
    unit: 'step',
  };
  assert.match(lines([bar], 92)[0] ?? '', /-\] {3}99 %, 1 step left/);
});

test('a screen reader gets sentences: no table, no bar, no picture, no gap', () => {
  const blocks: Block[] = [
    { kind: 'art', lines: [phrase`####`] },
    { kind: 'gap' },
    table,
    { kind: 'bar', label: phrase`P`, done: 1, size: 2, unit: 'step' },
  ];
  assert.deepEqual(lines(blocks, 80, true), [
    'cpu: price 1, about a plain processor that has seen better decades.',
    'dark_matter: price 1,000, about bends light.',
    'P: 1 of 2 steps done (50 %), 1 left.',
  ]);
});

test('commands are set off by quotes where nothing else does it', () => {
  const block = text`${command('mine 5')} digs.`;
  const options = { width: 80, isPlain: false };
  const shown = (quotesCommands: boolean): string[] =>
    layOut([block], { ...options, quotesCommands }).map(plainText);
  assert.deepEqual(shown(true), ["'mine 5' digs."]);
  assert.deepEqual(shown(false), ['mine 5 digs.']);
});

test('a line never breaks within a command', () => {
  const block = text`Dig now: ${command('mine 5')} digs five times.`;
  assert.deepEqual(lines([block], 14), ['Dig now:', 'mine 5 digs', 'five times.']);
});

test('numbers are grouped, lists are sentences', () => {
  assert.equal(formatNumber(10_000_000), '10,000,000');
  assert.equal(formatNumber(-1_234), '-1,234');
  assert.equal(plainText(listed(['a', 'b', 'c'])), 'a, b and c');
  assert.equal(plainText(listed(['a'])), 'a');
  assert.equal(plainText(listed([])), '');
});
