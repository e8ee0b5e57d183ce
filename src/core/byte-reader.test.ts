import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { AtollError } from './errors.ts';

type Part =
  | { readonly kind: 'byte' | 'varint' | 'difference' | 'uint'; readonly value: number }
  | { readonly kind: 'latin1'; readonly value: string };

const text = fc
  .uint8Array({ minLength: 1, maxLength: 300 })
  .map((bytes) => Buffer.from(bytes).toString('latin1'));
const parts: fc.Arbitrary<Part[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('byte' as const), value: fc.nat(255) }),
    fc.record({ kind: fc.constant('varint' as const), value: fc.maxSafeNat() }),
    fc.record({
      kind: fc.constant('difference' as const),
      value: fc.integer({ min: -(2 ** 52), max: 2 ** 52 - 1 }),
    }),
    fc.record({ kind: fc.constant('uint' as const), value: fc.nat({ max: 2 ** 48 - 1 }) }),
    fc.record({ kind: fc.constant('latin1' as const), value: text }),
  ),
);

function write(all: readonly Part[]): Uint8Array {
  const writer = new ByteWriter();
  for (const part of all) {
    if (part.kind === 'latin1') writer.latin1(part.value);
    else if (part.kind === 'uint') writer.uint(part.value, 6);
    else writer[part.kind](part.value);
  }
  return writer.take();
}

function read(bytes: Uint8Array, kinds: readonly Part[]): Part[] {
  const reader = new ByteReader(bytes, 'parts');
  const found: Part[] = [];
  for (const { kind } of kinds) {
    if (kind === 'latin1') found.push({ kind, value: reader.latin1('a text', 300) });
    else if (kind === 'uint') found.push({ kind, value: reader.uint(6) });
    else found.push({ kind, value: reader[kind]() });
  }
  assert.ok(reader.isAtEnd);
  return found;
}

test('what was written is read again', () => {
  fc.assert(
    fc.property(parts, (all) =>
      assert.deepEqual(
        read(write(all), all),
        all.map((part) => ({ ...part })),
      ),
    ),
  );
});

test('whatever is cut off is refused with FRAME_INVALID, and told what should have come', () => {
  fc.assert(
    fc.property(parts, fc.nat(), (all, seed) => {
      const bytes = write(all);
      fc.pre(bytes.length > 0);
      assert.throws(
        () => read(bytes.subarray(0, seed % bytes.length), all),
        (error) =>
          error instanceof AtollError &&
          error.code === 'FRAME_INVALID' &&
          error.message === 'expected parts, got one that is cut off',
      );
    }),
  );
});

test('a number above 2⁵³ − 1 is refused', () => {
  const reader = new ByteReader(Buffer.from('ffffffffffffff1f', 'hex'), 'a number');
  assert.throws(() => reader.varint(), /above 2⁵³ − 1/);
});

test('a text that is empty or longer than it may be is refused', () => {
  for (const value of ['', 'four']) {
    const writer = new ByteWriter();
    writer.latin1(value);
    const reader = new ByteReader(writer.take(), 'a name');
    assert.throws(() => reader.latin1('a word', 3), /expected a name, got a word of [04] bytes/);
  }
});
