import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { AtollError } from '../../../core/errors.ts';
import { geoLimits } from '../../../core/limits.ts';
import { firstBound, lastBound, RangeReader, RangeWriter, type Bound } from './reconcile-format.ts';

interface Said {
  readonly kind: string;
  readonly to: Bound;
  readonly count: number;
  readonly fingerprint: number;
  readonly ids: readonly number[];
}

const short = fc.nat({ max: 2 ** 48 - 1 });
const bound: fc.Arbitrary<Bound> = fc.record(
  {
    sortKey: fc.oneof(
      fc.integer({ min: 1, max: 2 ** 53 - 1 }),
      fc.tuple(fc.integer({ min: 1, max: 15 }), fc.nat(12)).map(([d, e]) => d * 16 ** e),
    ),
    idHigh: fc.oneof(fc.constant(0), fc.nat({ max: 0xffff_ffff })),
  },
  { noNullPrototype: true },
);
const said: fc.Arbitrary<Said[]> = fc
  .array(
    fc.record({
      kind: fc.constantFrom('skip', 'fingerprint', 'ids', 'wanted'),
      to: bound,
      count: fc.nat({ max: 2 ** 20 }),
      fingerprint: short,
      ids: fc.array(short, { minLength: 1, maxLength: 32 }),
    }),
    { minLength: 1, maxLength: 20 },
  )
  .map((all) => withBoundsInOrder(all));

function withBoundsInOrder(all: readonly Said[]): Said[] {
  const bounds = all
    .map(({ to }) => to)
    .toSorted((a, b) => a.sortKey - b.sortKey || a.idHigh - b.idHigh);
  return all.map((each, index) => {
    const to = index === all.length - 1 ? lastBound : (bounds[index] ?? lastBound);
    const { count } = each;
    return { ...each, to, fingerprint: count === 0 ? 0 : each.fingerprint };
  });
}

test('ranges are the same after they travelled, and what was left out between them is passed over', () => {
  fc.assert(
    fc.property(said, (all) => {
      const isOrdered = all.every(({ to }, index) => {
        const before = all[index - 1]?.to ?? firstBound;
        return (
          to.sortKey > before.sortKey ||
          (to.sortKey === before.sortKey && to.idHigh > before.idHigh)
        );
      });
      fc.pre(isOrdered && all.some(({ kind }) => kind !== 'skip'));
      const writer = new RangeWriter(3);
      let from = firstBound;
      for (const { kind, to, count, fingerprint, ids } of all) {
        if (kind === 'fingerprint') writer.fingerprint(from, to, count, fingerprint);
        else if (kind === 'ids' || kind === 'wanted') writer.list(kind, from, to, ids);
        from = to;
      }
      const reader = new RangeReader(writer.take() ?? new Uint8Array(0));
      assert.equal(reader.round, 3);
      for (const expected of all) {
        if (expected.kind === 'skip') continue;
        assert.ok(reader.next());
        if (reader.kind === 'skip') assert.ok(reader.next());
        assert.equal(reader.kind, expected.kind);
        assert.deepEqual(reader.to, expected.to);
        if (expected.kind === 'fingerprint') {
          assert.deepEqual(
            [reader.count, reader.fingerprint],
            [expected.count, expected.fingerprint],
          );
        } else {
          assert.deepEqual(reader.ids, expected.ids);
        }
      }
      assert.ok(!reader.next());
    }),
  );
});

test('a message that says nothing, or comes after the last round, is none', () => {
  assert.equal(new RangeWriter(1).take(), undefined);
  const late = new RangeWriter(geoLimits.repairRoundsMax + 1);
  late.fingerprint(firstBound, lastBound, 0, 0);
  assert.equal(late.take(), undefined);
});

for (const [what, hex, problem] of [
  ['nothing', '', /cut off/],
  ['a round that is none', '00' + '0900', /round 0/],
  ['a round behind the last', '11' + '0900', /round 17/],
  ['no range', '01', /got none/],
  ['a range that is cut off', '0109', /cut off/],
  ['a fingerprint that is cut off', '01' + '0901' + '00112233', /cut off/],
  ['an unknown kind of bound', '01' + '0d00', /unknown bound/],
  ['the end in some unit', '01' + '1900', /unknown bound/],
  ['a unit beyond all sort keys', '01' + 'e10100', /unknown bound/],
  ['a bound behind the last', '01' + 'd10200', /behind the last/],
  ['an empty range', '01' + '010000', /not in order/],
  ['a range that goes back', '01' + '010500' + '110000', /not in order/],
  [
    'a bound with an id that goes back',
    '01' + '050105000000' + '00' + '050004000000' + '00',
    /in order/,
  ],
  ['a range behind the last', '01' + '0900' + '0900', /one behind the last/],
  ['two skips in a row', '01' + '0005' + '0005' + '0900', /two in a row/],
  ['a skip at the end', '01' + '010500' + '08', /at the end/],
  [
    'more entries than a table has',
    '01' + '0981808080' + '08' + '000000000000',
    /2147483649 entries/,
  ],
  ['a longer list than anybody writes', '01' + '0a21', /a list of 33 ids/],
  ['an empty list of wanted ones', '01' + '0b00', /a list of 0 ids/],
] as const) {
  test(`${what} is refused with FRAME_INVALID`, () => {
    const read = (): void => {
      const reader = new RangeReader(Buffer.from(hex, 'hex'));
      while (reader.next());
    };
    assert.throws(
      read,
      (error) =>
        error instanceof AtollError &&
        error.code === 'FRAME_INVALID' &&
        problem.test(error.message),
    );
  });
}

test('a message longer than any is refused before it is read', () => {
  const long = Buffer.alloc(geoLimits.repairMessageBytesMax + 1, 1);
  assert.throws(() => new RangeReader(long), /1048577 bytes/);
});
