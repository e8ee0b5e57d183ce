import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { formatTime } from './rfc3339.ts';

test('times are written as RFC 3339 has them, whatever the year', () => {
  // To the end of 9999.
  const timeMs = fc.integer({ min: 0, max: 253_402_300_799_999 });
  fc.assert(
    fc.property(timeMs, (ms) => assert.equal(formatTime(ms), new Date(ms).toISOString())),
    { examples: [[0], [951_782_400_000], [951_868_799_999], [1_709_164_800_000]] },
  );
});
