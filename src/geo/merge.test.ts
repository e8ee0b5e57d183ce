import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { entryAt, type Entry } from './entry.ts';
import { compareEntries, mergeEntries } from './merge.ts';

/**
 * Entries out of few times, origins and values, so that ties are the rule: the same stamp with other contents
 * too, which only a faulty server sends.
 */
const entries: fc.Arbitrary<Entry> = fc
  .record({
    wallMs: fc.integer({ min: 0, max: 3 }),
    counter: fc.integer({ min: 0, max: 1 }),
    origin: fc.constantFrom('a', 'b', 'aa'),
    sequence: fc.integer({ min: 1, max: 2 }),
    value: fc.option(fc.uint8Array({ maxLength: 1 }), { nil: undefined }),
    expiryMs: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
  })
  .map(({ wallMs, counter, origin, sequence, value, expiryMs }) => {
    const common = { stamp: { wallMs, counter, origin }, dot: { origin, sequence } };
    return value === undefined
      ? { kind: 'tombstone', ...common }
      : { kind: 'value', value, expiryMs, ...common };
  });

test('merging is commutative', () => {
  fc.assert(
    fc.property(entries, entries, (a, b) => {
      assert.deepEqual(mergeEntries(a, b), mergeEntries(b, a));
    }),
  );
});

test('merging is associative', () => {
  fc.assert(
    fc.property(entries, entries, entries, (a, b, c) => {
      const left = mergeEntries(mergeEntries(a, b), c);
      assert.deepEqual(left, mergeEntries(a, mergeEntries(b, c)));
    }),
  );
});

test('merging is idempotent', () => {
  fc.assert(fc.property(entries, (a) => assert.deepEqual(mergeEntries(a, a), a)));
});

test('any permutation and duplication of a set of entries merges into the same', () => {
  const runs = fc
    .array(entries, { minLength: 1, maxLength: 8 })
    .chain((set) =>
      fc.tuple(fc.constant(set), fc.shuffledSubarray([...set, ...set], { minLength: set.length })),
    );
  fc.assert(
    fc.property(runs, ([set, draw]) => {
      const all = [...draw, ...set];
      const merged = all.reduce((a, b) => mergeEntries(a, b));
      const sorted = set.toSorted((a, b) => compareEntries(a, b));
      assert.deepEqual(merged, sorted.at(-1));
    }),
  );
});

test('a replica that has seen a value end agrees with one that has not', () => {
  fc.assert(
    fc.property(entries, entries, fc.integer({ min: 0, max: 4 }), (a, b, nowMs) => {
      const late = entryAt(mergeEntries(a, b), nowMs);
      const early = mergeEntries(entryAt(a, nowMs), entryAt(b, nowMs));
      // What ended must not give way to a value that an entry of the same write still has.
      if (compareStampsEqual(a, b)) return;
      assert.deepEqual(early, late);
    }),
  );
});

test('of two writes the later one wins, whatever it says', () => {
  const put: Entry = {
    kind: 'value',
    value: Buffer.from('old'),
    expiryMs: undefined,
    stamp: { wallMs: 1, counter: 0, origin: 'z' },
    dot: { origin: 'z', sequence: 1 },
  };
  const deleted: Entry = {
    kind: 'tombstone',
    stamp: { wallMs: 2, counter: 0, origin: 'a' },
    dot: { origin: 'a', sequence: 1 },
  };
  assert.equal(mergeEntries(put, deleted), deleted);
});

function compareStampsEqual(a: Entry, b: Entry): boolean {
  const [x, y] = [a.stamp, b.stamp];
  return x.wallMs === y.wallMs && x.counter === y.counter && x.origin === y.origin;
}
