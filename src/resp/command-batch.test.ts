import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encode } from '../../test/support/resp-world.ts';
import { clientLimits } from '../core/limits.ts';
import { CommandBatch } from './command-batch.ts';
import { CommandParser } from './command-parser.ts';

/** The command `words` as its handler sees it, with other bytes around it. */
function commandOf(...words: readonly string[]): CommandBatch {
  const batch = new CommandBatch();
  const before = encode('BEFORE');
  const bytes = Buffer.from(`${before}${encode(...words)}123`, 'latin1');
  new CommandParser(batch).parse(bytes, before.length, bytes.length, clientLimits);
  batch.select(0);
  return batch;
}

test('a whole number is read only if it is written as Redis writes it', () => {
  const cases: readonly (readonly [text: string, value: number | undefined])[] = [
    ['0', 0],
    ['7', 7],
    ['-12', -12],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
    ['-9007199254740991', -Number.MAX_SAFE_INTEGER],
    ['9007199254740992', undefined],
    ['99999999999999999999', undefined],
    ['', undefined],
    ['-', undefined],
    ['+1', undefined],
    ['01', undefined],
    ['-0', undefined],
    ['1.5', undefined],
    ['1e3', undefined],
    [' 1', undefined],
    ['1a', undefined],
  ];
  for (const [text, value] of cases) assert.equal(commandOf(text).integer(0), value, text);
});

test('an argument equals a word in any case, and only the whole of it', () => {
  const command = commandOf('SET', 'Ex', 'exa', 'e', '[x');
  assert.deepEqual(
    [1, 2, 3, 4].map((index) => command.is(index, 'EX')),
    [true, false, false, false],
  );
  // '[' stands where a letter in the other case would.
  assert.equal(commandOf('{').is(0, '['), false);
});

test('arguments are copied as text, as bytes and as one character for each byte', () => {
  const command = commandOf('\xc3\xbc\0');
  assert.equal(command.text(0), 'ü\0');
  assert.equal(command.latin1(0), '\xc3\xbc\0');
  const copy = command.copy(0);
  command.bytes.fill(0);
  assert.deepEqual(copy, Uint8Array.of(0xc3, 0xbc, 0));
});

test('a batch that is used after its execution is a mistake that is told', () => {
  assert.throws(() => commandOf('PING').client, /after its execution/);
});
