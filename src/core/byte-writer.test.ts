import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ByteWriter } from './byte-writer.ts';

test('numbers are written low bits first, differences zigzag, text behind its length', () => {
  const writer = new ByteWriter();
  writer.byte(0xff);
  writer.varint(300);
  writer.difference(-2);
  writer.uint(0x010203, 3);
  writer.latin1('a\xff');
  assert.equal(Buffer.from(writer.take()).toString('hex'), 'ffac020303020102' + '61ff');
});

test('what is taken stays as it is while the writer begins anew', () => {
  const writer = new ByteWriter();
  writer.byte(1);
  const first = writer.take();
  writer.byte(2);
  assert.deepEqual([...first, ...writer.take()], [1, 2]);
});

test('what is lent is what was written since, and the writer begins anew', () => {
  const writer = new ByteWriter();
  writer.byte(1);
  assert.deepEqual([...writer.lend()], [1]);
  writer.byte(2);
  assert.deepEqual([...writer.lend()], [2]);
});

test('a buffer that grows keeps what was written, whoever wrote it', () => {
  const writer = new ByteWriter();
  writer.byte(7);
  const large = 1_000_000;
  writer.reserve(large).fill(8, writer.byteLength, writer.byteLength + large);
  writer.wrote(large);
  writer.byte(9);
  const bytes = writer.take();
  assert.equal(bytes.length, large + 2);
  assert.deepEqual([bytes[0], bytes[1], bytes[large], bytes[large + 1]], [7, 8, 8, 9]);
});
