import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ReplyParser } from './reply-parser.ts';
import { ReplyError, type ReplyValue } from './reply-value.ts';
import { ReplyWriter } from './reply-writer.ts';

function bytesOf(protocol: 2 | 3, write: (reply: ReplyWriter) => void): Buffer {
  const writer = new ReplyWriter();
  writer.protocol = protocol;
  write(writer);
  let bytes = Buffer.alloc(0);
  writer.flushTo({
    write(written) {
      bytes = Buffer.from(written);
      return true;
    },
  });
  return bytes;
}

function read(bytes: Buffer): { reply: ReplyValue; push: readonly ReplyValue[] | undefined } {
  const replies: ReplyValue[] = [];
  const pushes: (readonly ReplyValue[])[] = [];
  const parser = new ReplyParser({
    onReply: (value) => void replies.push(value),
    onPush: (values) => void pushes.push(values),
  });
  assert.equal(parser.push(bytes, 0, bytes.length), undefined);
  assert.equal(replies.length + pushes.length, 1);
  return { reply: replies[0] ?? null, push: pushes[0] };
}

interface Case {
  readonly name: string;
  readonly write: (reply: ReplyWriter) => void;
  /** What a RESP2 and a RESP3 client read. */
  readonly read2: ReplyValue;
  readonly read3: ReplyValue;
}

const bytes = Buffer.from('\0\r\n\xff', 'latin1');
const cases: readonly Case[] = [
  { name: 'a status', write: (r) => r.simple('PONG'), read2: 'PONG', read3: 'PONG' },
  { name: 'OK', write: (r) => r.ok(), read2: 'OK', read3: 'OK' },
  {
    name: 'an error',
    write: (r) => r.error('ERR', 'no'),
    read2: new ReplyError('ERR no'),
    read3: new ReplyError('ERR no'),
  },
  { name: 'an integer', write: (r) => r.integer(-42), read2: -42, read3: -42 },
  { name: 'a text', write: (r) => r.bulkText('größe'), read2: 'größe', read3: 'größe' },
  { name: 'nil', write: (r) => r.nil(), read2: null, read3: null },
  { name: 'true', write: (r) => r.boolean(true), read2: 1, read3: true },
  { name: 'false', write: (r) => r.boolean(false), read2: 0, read3: false },
  { name: 'a double', write: (r) => r.double(1.5), read2: '1.5', read3: 1.5 },
  {
    name: 'an infinite double',
    write: (r) => r.double(-Infinity),
    read2: '-inf',
    read3: -Infinity,
  },
  {
    name: 'a verbatim text',
    write: (r) => r.verbatim('# Größe\r\n'),
    read2: '# Größe\r\n',
    read3: '# Größe\r\n',
  },
  {
    name: 'an array',
    write: (r) => {
      r.array(2);
      r.integer(1);
      r.nil();
    },
    read2: [1, null],
    read3: [1, null],
  },
  {
    name: 'a map',
    write: (r) => {
      r.map(1);
      r.bulkLatin1('a');
      r.integer(1);
    },
    read2: ['a', 1],
    read3: new Map([['a', 1]]),
  },
  {
    name: 'a set',
    write: (r) => {
      r.set(1);
      r.simple('a');
    },
    read2: ['a'],
    read3: ['a'],
  },
];

for (const { name, write, read2, read3 } of cases) {
  test(`${name} is read as it was written, by clients of RESP2 and of RESP3`, () => {
    assert.deepEqual(read(bytesOf(2, write)).reply, read2);
    assert.deepEqual(read(bytesOf(3, write)).reply, read3);
  });
}

test('a push is out of turn in RESP3 and an array in RESP2', () => {
  const write = (reply: ReplyWriter): void => {
    reply.push(2);
    reply.bulkLatin1('change');
    reply.bulk(bytes, 0, 1);
  };
  assert.deepEqual(read(bytesOf(3, write)).push, ['change', '\0']);
  assert.deepEqual(read(bytesOf(2, write)).reply, ['change', '\0']);
});

test('bytes of any length and place are written as they are', () => {
  const source = fc.uint8Array({ maxLength: 700, size: 'max' });
  fc.assert(
    fc.property(source, fc.nat({ max: 40 }), fc.nat({ max: 3 }), (data, skip, times) => {
      const start = Math.min(skip, data.length);
      const written = bytesOf(2, (reply) => {
        reply.array(times + 1);
        for (let i = 0; i <= times; i += 1) reply.bulk(data, start, data.length);
      });
      const part = Buffer.from(data.subarray(start)).toString('latin1');
      const expected = `*${times + 1}\r\n${`$${part.length}\r\n${part}\r\n`.repeat(times + 1)}`;
      assert.equal(written.toString('latin1'), expected);
    }),
  );
});

test('every whole number is written in its decimal digits', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), (value) => {
      assert.equal(bytesOf(2, (reply) => reply.integer(value)).toString(), `:${value}\r\n`);
    }),
  );
  for (const value of [0, 9, 10, 99, 100, 2 ** 31 - 1, 2 ** 31, -(2 ** 31)]) {
    assert.equal(bytesOf(2, (reply) => reply.integer(value)).toString(), `:${value}\r\n`);
  }
});

test('an error line holds printable ASCII only, whatever is in the message, and is not long', () => {
  const line = bytesOf(2, (r) => r.error('ERR', 'a\r\n+OK\r\n\x1b[2Jü\0'));
  assert.equal(line.toString('latin1'), '-ERR a\\r\\n+OK\\r\\n\\x1b[2J\\xc3\\xbc\\x00\r\n');
  assert.ok(bytesOf(2, (r) => r.error('ERR', 'ü'.repeat(10_000))).length < 600);
});

test('a writer that is given more than it may hold stays small and says so', () => {
  const writer = new ReplyWriter(1_000_000);
  const value = Buffer.alloc(100_000);
  for (let i = 0; i < 100; i += 1) writer.bulk(value, 0, value.length);
  assert.equal(writer.hasOverflowed, true);
  assert.ok(writer.byteLength <= 1_000_000);
  writer.reset();
  assert.equal(writer.hasOverflowed, false);
  assert.equal(writer.byteLength, 0);
});

test('a large reply does not hold its memory for ever', () => {
  const writer = new ReplyWriter();
  let memoryBytes = 0;
  const sink = {
    write(written: Uint8Array): boolean {
      memoryBytes = written.buffer.byteLength;
      return true;
    },
  };
  writer.bulk(Buffer.alloc(1_000_000), 0, 1_000_000);
  writer.flushTo(sink);
  assert.ok(memoryBytes >= 1_000_000);
  for (let i = 0; i <= 1_001; i += 1) {
    writer.ok();
    writer.flushTo(sink);
  }
  assert.equal(memoryBytes, 65_536);
});
