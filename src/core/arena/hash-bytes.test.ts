import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SimRandom } from '../../sim/sim-random.ts';
import { createHashSecret, hashBytes } from './hash-bytes.ts';

/** The bytes 0, 1, 2, … behind an offset that no word is aligned to. */
const bytes = Uint8Array.from({ length: 70 }, (_, i) => i);
const counting = new DataView(bytes.buffer, 1, 64);
bytes.set(
  Uint8Array.from({ length: 64 }, (_, i) => i),
  1,
);

test('it is HalfSipHash-1-3: the same values as others compute, for any rest of a word', () => {
  const secret = { low: 0x03020100, high: 0x07060504 };
  const expected = [
    0x5814c896, 0xe7e864ca, 0xbc4b0e30, 0x01539939, 0x7e059ea6, 0x88e3d89b, 0xa0080b65, 0x9d38d9d6,
    0x577999b1, 0xc839caed, 0xe4fa32cf, 0x959246ee, 0x6b28096c, 0x66dd9cd6, 0x16658a7c,
  ];
  const found = expected.map((_, length) => hashBytes(secret, counting, 0, length) >>> 0);
  assert.deepEqual(found, expected);
});

test('two tables hash the same key differently', () => {
  const random = new SimRandom(1);
  const [a, b] = [createHashSecret(random), createHashSecret(random)];
  assert.notEqual(hashBytes(a, counting, 0, 16), hashBytes(b, counting, 0, 16));
});
