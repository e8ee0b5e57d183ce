import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { EntryReplica } from '../../../../test/support/entry-replica.ts';
import type { EntryView } from './entry-view.ts';

/** A view of entries of few wall times, with counters of which many share a sort key. */
const views: fc.Arbitrary<EntryView> = fc
  .array(fc.tuple(fc.nat(3), fc.constantFrom(0, 1, 4_094, 5_000)), { maxLength: 60 })
  .map((stamps) => {
    const replica = new EntryReplica();
    for (const [index, [wallMs, counter]] of stamps.entries()) {
      const key = `k${index}`;
      replica.write({ key, value: '', wallMs, counter: counter + index, origin: 'o' });
    }
    return replica.view();
  });

test('the fingerprint of a range is the sum of its ids', () => {
  fc.assert(
    fc.property(views, fc.nat(60), fc.nat(60), (view, a, b) => {
      const from = Math.min(a, b, view.count);
      const to = Math.min(Math.max(a, b), view.count);
      let [high, low] = [0n, 0n];
      for (let index = from; index < to; index += 1) {
        const id = BigInt(view.shortId(index));
        high += id >> 32n;
        low += id & 0xffff_ffffn;
      }
      const sum = ((high & 0xffffn) << 32n) | (low & 0xffff_ffffn);
      assert.equal(view.fingerprint(from, to), Number(sum));
    }),
  );
});

test('a bound is found where a walk from the beginning finds it', () => {
  fc.assert(
    fc.property(
      views,
      fc.nat(60),
      fc.nat(60),
      fc.integer({ min: -1, max: 1 }),
      (view, at, back, d) => {
        fc.pre(view.count > 0);
        const index = at % view.count;
        const [sortKey, idHigh] = [view.sortKey(index), view.idHigh(index) + d];
        let expected = 0;
        while (
          expected < view.count &&
          (view.sortKey(expected) < sortKey ||
            (view.sortKey(expected) === sortKey && view.idHigh(expected) < idHigh))
        ) {
          expected += 1;
        }
        const after = Math.max(0, expected - back);
        assert.equal(view.find(sortKey, idHigh, after), expected);
      },
    ),
  );
});
