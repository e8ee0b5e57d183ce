import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { clientLimits, type ClientLimits } from '../core/limits.ts';
import { CommandBatch } from './command-batch.ts';
import { CommandParser } from './command-parser.ts';

interface Parsed {
  commands: string[][];
  fault: string | undefined;
  isForeign: boolean;
  /** How often the parser was asked. */
  attempts: number;
}

/**
 * Parses `stream` as a connection does: pieces end at `cuts`, what is left of one stands before the next,
 * and behind the end lie stale bytes that look like a command.
 */
function parseCut(stream: string, cuts: readonly number[], limits: ClientLimits): Parsed {
  const all = Buffer.from(stream, 'latin1');
  const batch = new CommandBatch();
  const parser = new CommandParser(batch);
  const parsed: Parsed = { commands: [], fault: undefined, isForeign: false, attempts: 0 };
  const ends = [...new Set(cuts)].filter((cut) => cut > 0 && cut < all.length);
  ends.sort((a, b) => a - b);
  const shared = Buffer.alloc(all.length + 64);
  const stale = Buffer.from('3\r\nbad\r\n*1\r\n$5\r\nSTALE\r\n1\r\n');
  let at = 0;
  let needed = 0;
  for (const end of [...ends, all.length]) {
    if (end - at < needed) continue;
    shared.fill(0);
    all.copy(shared, 0, at, end);
    stale.copy(shared, end - at);
    let from = 0;
    for (;;) {
      parsed.attempts += 1;
      const next = parser.parse(shared, from, end - at, limits, 64, needed);
      needed = 0;
      for (let i = 0; i < batch.length; i += 1) {
        batch.select(i);
        const words = Array.from({ length: batch.argumentCount }, (_, k) => batch.latin1(k));
        parsed.commands.push(words);
      }
      from = next;
      parsed.fault = parser.fault;
      parsed.isForeign = parser.isForeign;
      if (parser.fault !== undefined) return parsed;
      if (batch.length === 0) break;
    }
    needed = parser.needed;
    at += from;
  }
  return parsed;
}

/** Whole, byte by byte, and cut at random: every case must give the same. */
function checkEveryCut(
  stream: string,
  check: (parsed: Parsed) => void,
  limits: ClientLimits = clientLimits,
): void {
  check(parseCut(stream, [], limits));
  const everywhere = Array.from({ length: stream.length }, (_, i) => i);
  check(parseCut(stream, everywhere, limits));
  const anyCuts = fc.array(fc.nat({ max: stream.length }), { maxLength: 8 });
  fc.assert(
    fc.property(anyCuts, (cuts) => check(parseCut(stream, cuts, limits))),
    { numRuns: 50 },
  );
}

function encode(words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`;
}

const valid: readonly (readonly [name: string, stream: string, commands: string[][]])[] = [
  ['a command', '*2\r\n$3\r\nGET\r\n$1\r\nk\r\n', [['GET', 'k']]],
  ['an empty argument', '*2\r\n$4\r\nECHO\r\n$0\r\n\r\n', [['ECHO', '']]],
  [
    'an argument with CR LF, NUL and 0xFF',
    encode(['SET', '\r\n*1\r\n', '\0\xff']),
    [['SET', '\r\n*1\r\n', '\0\xff']],
  ],
  ['many commands', encode(['PING']).repeat(130), Array.from({ length: 130 }, () => ['PING'])],
  ['a command without a name', '*0\r\n*1\r\n$4\r\nPING\r\n', [['PING']]],
  ['ten arguments and more', encode('abcdefghijklm'.split('')), ['abcdefghijklm'.split('')]],
  [
    '1,024 arguments',
    encode(Array.from({ length: 1_024 }, String)),
    [Array.from({ length: 1_024 }, String)],
  ],
  ['an inline command', 'PING\r\n', [['PING']]],
  ['an inline command that ends with LF alone', 'set a  b\n', [['set', 'a', 'b']]],
  ['empty lines', '\r\n\n  \r\nPING\r\n', [['PING']]],
  [
    'inline quotes and escapes',
    'SET "a b\\r\\n\\x41\\"" \'it\\\'s\' pre"q"\r\n',
    [['SET', 'a b\r\nA"', "it's", 'preq']],
  ],
  ['an empty inline argument', 'ECHO ""\r\n', [['ECHO', '']]],
  [
    'inline and multibulk by turns',
    `PING\r\n${encode(['GET', 'x'])}GET y\r\n${encode(['PING'])}`,
    [['PING'], ['GET', 'x'], ['GET', 'y'], ['PING']],
  ],
];

for (const [name, stream, commands] of valid) {
  test(`${name} is found, however the stream is cut`, () => {
    checkEveryCut(stream, (parsed) => {
      assert.equal(parsed.fault, undefined);
      assert.deepEqual(parsed.commands, commands);
    });
  });
}

const invalid: readonly (readonly [stream: string, fault: RegExp])[] = [
  ['*2147483648\r\n', /invalid multibulk length/],
  ['*99999999999\r\n', /invalid multibulk length/],
  ['*1a\r\n', /invalid multibulk length/],
  ['*1048577\r\n', /invalid multibulk length/],
  ['*1025\r\n', /too many arguments/],
  ['*-1\r\n', /invalid multibulk length/],
  ['*\r\n', /invalid multibulk length/],
  ['*01\r\n', /invalid multibulk length/],
  ['*1\n$4\r\nPING\r\n', /invalid multibulk length/],
  ['*1\rx', /invalid multibulk length/],
  ['*1\r\n$536870913\r\n', /invalid bulk length/],
  ['*1\r\n$-1\r\n', /invalid bulk length/],
  ['*1\r\n$+4\r\nPING\r\n', /invalid bulk length/],
  ['*1\r\n$04\r\nPING\r\n', /invalid bulk length/],
  ['*1\r\n$4 \r\nPING\r\n', /invalid bulk length/],
  ['*1\r\n$\r\n', /invalid bulk length/],
  ['*1\r\n:4\r\n', /expected '\$', got ':'/],
  ['*1\r\n\r\n', /expected '\$', got '\\r'/],
  ['*1\r\n$4\r\nPINGxx', /does not end with CR LF/],
  ['*1\r\n$4\r\nPING\n\n', /does not end with CR LF/],
  ['SET a "b\r\n', /unbalanced quotes/],
  ["SET a 'b\r\n", /unbalanced quotes/],
  ['SET "a"b\r\n', /unbalanced quotes/],
  ['\0\r\n', /expected '\*' or a word/],
  ['\xff\r\n', /expected '\*' or a word/],
];

for (const [stream, fault] of invalid) {
  test(`${JSON.stringify(stream)} is a protocol error, and only what stands before it is found`, () => {
    checkEveryCut(`${encode(['PING'])}${stream}${encode(['NEVER'])}`, (parsed) => {
      assert.match(parsed.fault ?? '', fault);
      assert.equal(parsed.isForeign, false);
      assert.deepEqual(parsed.commands, [['PING']]);
    });
  });
}

const foreign = [
  'GET / HTTP/1.1\r\nHost: x\r\n\r\n',
  'POST / HTTP/1.1\r\nContent-Length: 14\r\n\r\nFLUSHALL\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'Host: localhost\r\n',
  '\x16\x03\x01\x02\0\x01\0',
];

for (const stream of foreign) {
  test(`${JSON.stringify(stream.slice(0, 16))} … is told to be another protocol, nothing is found`, () => {
    checkEveryCut(stream, (parsed) => {
      assert.equal(parsed.isForeign, true);
      assert.deepEqual(parsed.commands, []);
    });
  });
}

test('a long line without an end is a protocol error as soon as it is longer than allowed', () => {
  const parsed = parseCut('x'.repeat(65 * 1_024), [], clientLimits);
  assert.match(parsed.fault ?? '', /too big inline request/);
  const short = parseCut('x'.repeat(16 * 1_024), [], clientLimits);
  assert.equal(short.fault, undefined);
});

test('a command that cannot fit the query buffer is a protocol error when its head is read', () => {
  const limits = { ...clientLimits, queryBufferBytesMax: 1_000 };
  const parsed = parseCut('*2\r\n$3\r\nSET\r\n$990\r\n', [], limits);
  assert.match(parsed.fault ?? '', /larger than 1000 bytes/);
});

test('a command that comes byte by byte is looked at a few times, not once for each byte', () => {
  const words = Array.from({ length: 1_000 }, (_, i) => `argument ${i}`);
  const stream = encode(words);
  const everywhere = Array.from({ length: stream.length }, (_, i) => i);
  const parsed = parseCut(stream, everywhere, clientLimits);
  assert.deepEqual(parsed.commands, [words]);
  assert.ok(parsed.attempts < 100, `${parsed.attempts} attempts`);
});

test('whatever words a command has, they are found again', () => {
  const word = fc
    .uint8Array({ maxLength: 40 })
    .map((bytes) => Buffer.from(bytes).toString('latin1'));
  const command = fc.array(word, { minLength: 1, maxLength: 6 });
  const cuts = fc.array(fc.nat({ max: 2_000 }), { maxLength: 10 });
  fc.assert(
    fc.property(fc.array(command, { maxLength: 100 }), cuts, (commands, at) => {
      const stream = commands.map(encode).join('');
      assert.deepEqual(parseCut(stream, at, clientLimits).commands, commands);
    }),
  );
});

test('arguments longer than a key may be are pointed out, and only they', () => {
  const batch = new CommandBatch();
  const parser = new CommandParser(batch);
  const flagOf = (words: readonly string[]): boolean => {
    const bytes = Buffer.from(encode(words));
    parser.parse(bytes, 0, bytes.length, clientLimits);
    return batch.hasLongArgument;
  };
  assert.equal(flagOf(['GET', 'x'.repeat(4_096)]), false);
  assert.equal(flagOf(['GET', 'x'.repeat(4_097)]), true);
});
