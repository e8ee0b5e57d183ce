import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { crc32c } from './crc32c.ts';

function crcOf(bytes: readonly number[] | Uint8Array): string {
  return crc32c(Uint8Array.from(bytes), 0, bytes.length).toString(16).padStart(8, '0');
}

// RFC 3720 §B.4, whose examples show the bytes of the CRC with the lowest first.
test('the CRC of the examples of RFC 3720 is theirs', () => {
  const counting = Array.from({ length: 32 }, (_, index) => index);
  assert.equal(crcOf(new Uint8Array(32)), '8a9136aa');
  assert.equal(crcOf(new Uint8Array(32).fill(0xff)), '62a8ab43');
  assert.equal(crcOf(counting), '46dd794e');
  assert.equal(crcOf(counting.toReversed()), '113fdb5c');
  const read = Buffer.from(
    '01c00000000000000000000000000000140000000000040000000014000000182800000000000000' +
      '0200000000000000',
    'hex',
  );
  assert.equal(crcOf(read), 'd9963a56');
  assert.equal(crcOf(Buffer.from('123456789')), 'e3069283');
});

/** The definition, a bit a step. */
function crcBySteps(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >>> 1 : (crc >>> 1) ^ 0x82f63b78;
  }
  return ~crc >>> 0;
}

test('the CRC of any bytes, anywhere in a buffer, is that of the definition', () => {
  const property = fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(20), (bytes, start) => {
    const buffer = new Uint8Array(start + bytes.length + 5).fill(0xaa);
    buffer.set(bytes, start);
    assert.equal(crc32c(buffer, start, start + bytes.length), crcBySteps(bytes));
  });
  fc.assert(property, { numRuns: 500 });
});

test('the CRC of two parts, one after the other, is that of the whole', () => {
  const parts = fc.uint8Array({ maxLength: 200 });
  const property = fc.property(parts, parts, (one, other) => {
    const whole = Uint8Array.of(...one, ...other);
    const first = crc32c(one, 0, one.length);
    assert.equal(crc32c(other, 0, other.length, first), crc32c(whole, 0, whole.length));
  });
  fc.assert(property);
});
