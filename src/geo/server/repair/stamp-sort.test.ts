import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { StampSort } from './stamp-sort.ts';

/** Numbers that differ in any digit, and many that are the same. */
function words(bits: number): fc.Arbitrary<number> {
  const max = 2 ** bits - 1;
  return fc.oneof(fc.nat({ max }), fc.constantFrom(0, 1, 2 ** 11, max));
}

test('places are sorted by both parts of the key, then by the id, in slices of any size', () => {
  const row = fc.tuple(words(31), words(22), words(32));
  fc.assert(
    fc.property(
      fc.array(row, { maxLength: 200 }),
      fc.integer({ min: 1, max: 50 }),
      (rows, count) => {
        const sort = new StampSort(
          {
            keyHighs: Uint32Array.from(rows, ([high]) => high),
            keyLows: Uint32Array.from(rows, ([, low]) => low),
            idHighs: Uint32Array.from(rows, ([, , id]) => id),
          },
          Int32Array.from(rows, (_, place) => place),
        );
        while (sort.step(count));
        const expected = rows.toSorted((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]);
        assert.deepEqual(
          Array.from(sort.sorted, (place) => rows[place]),
          expected,
        );
      },
    ),
  );
});
