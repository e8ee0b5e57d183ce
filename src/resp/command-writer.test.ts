import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandWriter } from './command-writer.ts';

/** Collects what is flushed; `keeps` makes it keep the arrays as a slow connection does. */
function collector(keeps: boolean): { chunks: Uint8Array[]; write(bytes: Uint8Array): boolean } {
  const chunks: Uint8Array[] = [];
  return {
    chunks,
    write(bytes) {
      chunks.push(keeps ? bytes : Uint8Array.from(bytes));
      return !keeps;
    },
  };
}

function written(writer: CommandWriter): string {
  const sink = collector(false);
  writer.flushTo(sink);
  return Buffer.concat(sink.chunks).toString('latin1');
}

test('a command goes out as an array of bulk strings', () => {
  const writer = new CommandWriter();
  writer.command('SET', 'key', Uint8Array.of(0, 13, 10, 255), 1024);
  assert.equal(
    written(writer),
    '*4\r\n$3\r\nSET\r\n$3\r\nkey\r\n$4\r\n\0\r\n\xff\r\n$4\r\n1024\r\n',
  );
});

test('text goes out in UTF-8, and its length counts bytes', () => {
  const writer = new CommandWriter();
  writer.command('ECHO', 'größe', '🗡', 'ü'.repeat(100));
  const body = Buffer.from('ü'.repeat(100)).toString('latin1');
  const expected = `*4\r\n$4\r\nECHO\r\n$7\r\n${Buffer.from('größe').toString('latin1')}\r\n$4\r\n${Buffer.from('🗡').toString('latin1')}\r\n$200\r\n${body}\r\n`;
  assert.equal(written(writer), expected);
});

test('many commands leave in one write', () => {
  const writer = new CommandWriter();
  for (let i = 0; i < 10_000; i += 1) writer.command('GET', `key:${i}`);
  const sink = collector(false);
  writer.flushTo(sink);
  writer.flushTo(sink);
  assert.equal(sink.chunks.length, 1);
  assert.equal(writer.byteLength, 0);
});

test('bytes that a slow connection keeps are not written over', () => {
  const writer = new CommandWriter();
  const sink = collector(true);
  writer.command('GET', 'first');
  writer.flushTo(sink);
  writer.command('GET', 'other');
  writer.flushTo(sink);
  assert.match(Buffer.from(sink.chunks[0] ?? []).toString(), /first/);
  assert.match(Buffer.from(sink.chunks[1] ?? []).toString(), /other/);
});

test('a command without a name, or with a fraction, is a mistake of ours', () => {
  const writer = new CommandWriter();
  assert.throws(() => writer.command(), /has a name/);
  assert.throws(() => writer.command('EXPIRE', 1.5), /whole number/);
});
