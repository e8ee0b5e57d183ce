import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Arrivals } from './arrivals.ts';

test('the holes that are found add up to what was lost, whatever came and was announced', () => {
  const frame = fc.record({
    count: fc.integer({ min: 1, max: 9 }),
    isLost: fc.boolean(),
    isAnnounced: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(frame), (frames) => {
      const arrivals = new Arrivals('ab12', 1);
      let sequence = 1;
      let lost = 0;
      let found = 0;
      for (const { count, isLost, isAnnounced } of frames) {
        if (isLost) lost += count;
        else found += arrivals.take(sequence, count) ?? NaN;
        sequence += count;
        if (isAnnounced) found += arrivals.expect(sequence) ?? NaN;
      }
      found += arrivals.expect(sequence) ?? NaN;
      assert.equal(found, lost);
    }),
  );
});

test('what came before does not come again', () => {
  const arrivals = new Arrivals('ab12', 1);
  assert.equal(arrivals.take(1, 5), 0);
  assert.equal(arrivals.take(5, 1), undefined);
  assert.equal(arrivals.expect(3), undefined);
  assert.equal(arrivals.take(8, 1), 2);
});
