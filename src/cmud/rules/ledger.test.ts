import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { mapCounts } from './hardware.ts';
import { breakDown, buy, earn, emptyLedger, foldLedgers, grant, joinLedgers } from './ledger.ts';
import type { Ledger } from './ledger.ts';

const total = fc.integer({ min: 0, max: 1_000 });
const counts = fc.tuple(total, total, total, total, total).map((all) => {
  const left = [...all];
  return mapCounts(() => left.pop() ?? 0);
});
const ledger: fc.Arbitrary<Ledger> = fc.record(
  { earned: total, spent: total, bought: counts, broken: counts },
  { noNullPrototype: true },
);

test('a player without a ledger has no coins and one cpu', () => {
  const { coins, counts: owned, power } = foldLedgers([]);
  assert.equal(coins, 0);
  assert.equal(owned.cpu, 1);
  assert.equal(power, 1);
});

test('joining ledgers is associative, commutative and idempotent', () => {
  fc.assert(
    fc.property(ledger, ledger, ledger, (one, two, three) => {
      assert.deepEqual(joinLedgers(one, two), joinLedgers(two, one));
      assert.deepEqual(joinLedgers(one, one), one);
      assert.deepEqual(
        joinLedgers(joinLedgers(one, two), three),
        joinLedgers(one, joinLedgers(two, three)),
      );
    }),
  );
});

test('an older value of a ledger never takes anything back', () => {
  const before = earn(emptyLedger, 5);
  const after = buy(before, 'cpu', 3);
  assert.deepEqual(joinLedgers(after, before), after);
  assert.deepEqual(joinLedgers(before, after), after);
});

test('coins are what was earned less what was spent, over all writers', () => {
  const desk = buy(earn(emptyLedger, 12), 'gpu', 2);
  const phone = earn(emptyLedger, 3);
  const { coins, counts: owned, power } = foldLedgers([desk, phone]);
  assert.equal(coins, 5);
  assert.equal(owned.gpu, 2);
  assert.equal(power, 21);
});

test('spending the same coins in two places at once is a debt, and digging pays it off', () => {
  const mined = earn(emptyLedger, 5);
  const phone = buy(emptyLedger, 'gpu', 1);
  assert.equal(foldLedgers([buy(mined, 'gpu', 1), phone]).coins, -5);
  assert.equal(foldLedgers([earn(buy(mined, 'gpu', 1), 7), phone]).coins, 2);
});

test('what broke in two places at once is not owned less than not at all', () => {
  const one = breakDown(emptyLedger, 'cpu', 1);
  const { counts: owned, power } = foldLedgers([one, one]);
  assert.equal(owned.cpu, 0);
  assert.equal(power, 1, 'one can always go on');
});

test('whoever has nothing left is given a cpu that can be used', () => {
  const ruined = grant(breakDown(emptyLedger, 'cpu', 1), 'cpu', 1);
  assert.equal(foldLedgers([ruined]).counts.cpu, 1);
});

test('totals stay exact, however rich somebody claims to be', () => {
  const rich = earn(emptyLedger, Number.MAX_SAFE_INTEGER);
  const all = Array.from({ length: 1_000 }, () => rich);
  assert.ok(Number.isSafeInteger(foldLedgers(all).coins));
});
