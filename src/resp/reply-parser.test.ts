import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ReplyParser, type ReplyLimits } from './reply-parser.ts';
import { ReplyError, type ReplyValue } from './reply-value.ts';

interface Parsed {
  replies: ReplyValue[];
  pushes: (readonly ReplyValue[])[];
  fault: string | undefined;
}

/** Parses `stream` cut at `cuts`; the pieces lie in one reused buffer among stale bytes, as on a socket. */
function parseCut(stream: string, cuts: readonly number[], options: Options = {}): Parsed {
  const bytes = Buffer.from(stream, 'latin1');
  const parsed: Parsed = { replies: [], pushes: [], fault: undefined };
  const handler = {
    onReply: (value: ReplyValue): void => void parsed.replies.push(value),
    onPush: (values: readonly ReplyValue[]): void => void parsed.pushes.push(values),
  };
  const parser = new ReplyParser(handler, options.limits);
  parser.strings = options.strings ?? 'text';
  const shared = Buffer.alloc(bytes.length + 64, '*1\r\n$3\r\nbad\r\n:7\r\n');
  const ends = [...new Set(cuts)].filter((cut) => cut > 0 && cut < bytes.length);
  ends.sort((a, b) => a - b);
  let start = 0;
  for (const end of [...ends, bytes.length]) {
    shared.set(bytes.subarray(start, end), 5);
    parsed.fault = parser.push(shared, 5, 5 + end - start)?.message;
    start = end;
  }
  return parsed;
}

interface Options {
  strings?: 'text' | 'bytes';
  limits?: ReplyLimits;
}

/** Whole, byte by byte, and at random: every case must give the same. */
function checkEveryCut(stream: string, check: (parsed: Parsed) => void, options?: Options): void {
  check(parseCut(stream, [], options));
  check(
    parseCut(
      stream,
      Array.from({ length: stream.length }, (_, i) => i),
      options,
    ),
  );
  const anyCuts = fc.array(fc.nat({ max: stream.length }), { maxLength: 8 });
  fc.assert(
    fc.property(anyCuts, (cuts) => check(parseCut(stream, cuts, options))),
    { numRuns: 50 },
  );
}

const cases: readonly (readonly [name: string, stream: string, replies: ReplyValue[]])[] = [
  ['a status', '+OK\r\n', ['OK']],
  ['an error', '-ERR no such thing\r\n', [new ReplyError('ERR no such thing')]],
  ['an error of one word', '-NOAUTH\r\n', [new ReplyError('NOAUTH')]],
  ['integers', ':0\r\n:-1\r\n:+5\r\n:9007199254740991\r\n', [0, -1, 5, Number.MAX_SAFE_INTEGER]],
  ['an integer above 2⁵³', ':9223372036854775807\r\n', [9223372036854775807n]],
  ['a bulk string', '$5\r\na\r\nb\0\r\n', ['a\r\nb\0']],
  ['an empty bulk string', '$0\r\n\r\n', ['']],
  ['the nils of RESP2', '$-1\r\n*-1\r\n', [null, null]],
  ['the null of RESP3', '_\r\n', [null]],
  ['booleans', '#t\r\n#f\r\n', [true, false]],
  [
    'doubles',
    ',1.5\r\n,-2e3\r\n,inf\r\n,-inf\r\n,3\r\n,nan\r\n',
    [1.5, -2000, Infinity, -Infinity, 3, NaN],
  ],
  ['a big number', '(12345678901234567890\r\n', [12345678901234567890n]],
  ['a bulk error', '!8\r\nERR a\r\nb\r\n', [new ReplyError('ERR a\r\nb')]],
  ['a verbatim text', '=8\r\ntxt:some\r\n', ['some']],
  ['an array', '*3\r\n:1\r\n$1\r\na\r\n*0\r\n', [[1, 'a', []]]],
  ['an array with an error inside', '*2\r\n-ERR x\r\n+OK\r\n', [[new ReplyError('ERR x'), 'OK']]],
  ['a set', '~2\r\n:1\r\n:2\r\n', [[1, 2]]],
  [
    'a map',
    '%2\r\n$1\r\na\r\n:1\r\n+b\r\n*1\r\n_\r\n',
    [
      new Map<ReplyValue, ReplyValue>([
        ['a', 1],
        ['b', [null]],
      ]),
    ],
  ],
  ['an empty map', '%0\r\n', [new Map()]],
  ['an attribute before a reply is skipped', '|1\r\n+ttl\r\n:3\r\n+OK\r\n', ['OK']],
  [
    'an attribute inside an array is skipped',
    '*2\r\n|1\r\n+ttl\r\n:3\r\n+a\r\n+b\r\n',
    [['a', 'b']],
  ],
  ['several replies', '+OK\r\n$1\r\nx\r\n:3\r\n', ['OK', 'x', 3]],
];

for (const [name, stream, replies] of cases) {
  test(`${name} is read, however the stream is cut`, () => {
    checkEveryCut(stream, (parsed) => {
      assert.equal(parsed.fault, undefined);
      assert.deepEqual(parsed.replies, replies);
    });
  });
}

test('a push is told apart from the reply that it comes before', () => {
  checkEveryCut('>2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nk\r\n+OK\r\n', (parsed) => {
    assert.deepEqual(parsed.pushes, [['invalidate', ['k']]]);
    assert.deepEqual(parsed.replies, ['OK']);
  });
});

test('strings are bytes when asked for, but names of pushes and keys of maps stay text', () => {
  const stream = '$2\r\n\xff\0\r\n%1\r\n$1\r\nk\r\n$1\r\nv\r\n>2\r\n$1\r\nn\r\n$1\r\nv\r\n';
  checkEveryCut(
    stream,
    ({ replies, pushes }) => {
      assert.deepEqual(replies, [Uint8Array.of(255, 0), new Map([['k', Uint8Array.of(118)]])]);
      assert.deepEqual(pushes, [['n', Uint8Array.of(118)]]);
    },
    { strings: 'bytes' },
  );
});

const malformed = [
  'x\r\n',
  '\r\n',
  '+OK\n',
  '$x\r\n',
  '$-2\r\n',
  '$3\r\nabcde\r\n',
  '$\r\n',
  '*-2\r\n',
  '*1e3\r\n',
  '*99999999999\r\n',
  ':\r\n',
  ':1.5\r\n',
  ',1.5.5\r\n',
  '#x\r\n',
  '_1\r\n',
  '(12a\r\n',
  '$?\r\n',
  '*1\r\n>1\r\n+a\r\n',
  '$999999999\r\n',
];

for (const stream of malformed) {
  test(`${JSON.stringify(stream)} is a fault, and nothing after it is read`, () => {
    checkEveryCut(`+OK\r\n${stream}+NEVER\r\n`, (parsed) => {
      assert.match(parsed.fault ?? '', /does not speak RESP/);
      assert.deepEqual(parsed.replies, ['OK']);
    });
  });
}

test('a reply that is nested too deeply, too large or has too long a line is a fault', () => {
  const limits = { depthMax: 3, replyBytesMax: 100, lineBytesMax: 20 };
  const faultOf = (stream: string): string | undefined => parseCut(stream, [], { limits }).fault;
  assert.equal(faultOf('*1\r\n*1\r\n*1\r\n:1\r\n'), undefined);
  assert.match(faultOf('*1\r\n*1\r\n*1\r\n*1\r\n') ?? '', /nested/);
  assert.match(faultOf(`*40\r\n${':1\r\n'.repeat(30)}`) ?? '', /too large/);
  assert.match(faultOf(`+${'x'.repeat(30)}`) ?? '', /too long/);
  assert.match(faultOf(`+${'x'.repeat(30)}\r\n`) ?? '', /too long/);
});

test('a string of 8 MiB that comes byte by byte is kept once and parsed once', () => {
  const parts: ReplyValue[] = [];
  const parser = new ReplyParser({ onReply: (value) => void parts.push(value), onPush: () => {} });
  const head = Buffer.from('$8388608\r\n');
  const one = Buffer.from('x');
  parser.push(head, 0, head.length);
  for (let i = 0; i < 8_388_608; i += 1) parser.push(one, 0, 1);
  parser.push(Buffer.from('\r\n'), 0, 2);
  assert.ok(typeof parts[0] === 'string');
  assert.equal(parts[0].length, 8_388_608);
});
