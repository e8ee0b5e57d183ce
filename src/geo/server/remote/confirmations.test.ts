import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { VersionVector } from '../../version-vector.ts';
import { confirmedByAll } from './confirmations.ts';

test('a write is confirmed by all exactly when each of them says so', () => {
  const vector = fc
    .dictionary(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 1, max: 5 }))
    .map((pairs) => new VersionVector(Object.entries(pairs)));
  fc.assert(
    fc.property(fc.array(vector, { minLength: 1, maxLength: 4 }), (vectors) => {
      const confirmed = new VersionVector(confirmedByAll(vectors));
      for (const origin of ['a', 'b', 'c']) {
        for (let sequence = 1; sequence <= 5; sequence += 1) {
          const byEach = vectors.every((each) => each.covers(origin, sequence));
          assert.equal(confirmed.covers(origin, sequence), byEach, `${origin} ${sequence}`);
        }
      }
    }),
  );
});

test('where nobody is asked nothing is confirmed', () => {
  assert.deepEqual(confirmedByAll([]), []);
});
