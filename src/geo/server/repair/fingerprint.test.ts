import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { EntryReplica, type Write } from '../../../../test/support/entry-replica.ts';
import { areFingerprintsEqual, FingerprintBuilder, type LiveFingerprint } from './fingerprint.ts';

const endsAfterMs = 1_000;

function fingerprintOf({ replica }: EntryReplica, countMax = Infinity): LiveFingerprint {
  const builder = new FingerprintBuilder(replica.table, replica.origins, endsAfterMs);
  while (builder.step(countMax));
  return builder.fingerprint();
}

const writes: fc.Arbitrary<Write[]> = fc.uniqueArray(
  fc.record({
    key: fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 9 }),
    value: fc.constantFrom('', 'value'),
    wallMs: fc.nat(5),
    counter: fc.nat(5),
    origin: fc.constantFrom('a', 'b', 'c'),
    expiryMs: fc.constantFrom(0, 1_001),
  }),
  { selector: ({ key }) => key, maxLength: 30 },
);

test('replicas with the same live entries agree, whatever the order, the tombstones and what is about to end', () => {
  fc.assert(
    fc.property(writes, fc.integer({ min: 1, max: 9 }), (all, countMax) => {
      const [one, other] = [new EntryReplica('one'), new EntryReplica('other')];
      for (const write of all) one.write(write);
      for (const write of all.toReversed()) {
        other.write({ ...write, key: `${write.key}/deleted`, value: undefined });
        other.write({ ...write, key: `${write.key}/ends`, expiryMs: endsAfterMs });
        other.write(write);
      }
      const [a, b] = [fingerprintOf(one, countMax), fingerprintOf(other)];
      assert.ok(areFingerprintsEqual(a, b));
      assert.equal(a.count, all.length);
    }),
  );
});

test('replicas that differ in one live entry do not agree', () => {
  fc.assert(
    fc.property(writes, fc.nat(), (all, seed) => {
      fc.pre(all.length > 0);
      const [one, less, other] = [new EntryReplica(), new EntryReplica(), new EntryReplica()];
      const odd = all[seed % all.length];
      for (const write of all) {
        one.write(write);
        if (write !== odd) less.write(write);
        other.write(write === odd ? { ...write, counter: 6 } : write);
      }
      assert.ok(!areFingerprintsEqual(fingerprintOf(one), fingerprintOf(less)));
      assert.ok(!areFingerprintsEqual(fingerprintOf(one), fingerprintOf(other)));
    }),
  );
});
