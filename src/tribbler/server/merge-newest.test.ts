import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { compareNewestFirst, makePostKey, type PostRef } from '../post-key.ts';
import { mergeNewest, type ReadList } from './merge-newest.ts';

const users = ['ada', 'bob', 'cy', 'di'];
const times = fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 30 });
const world = fc.record({
  lists: fc.tuple(times, times, times, times),
  windows: fc.tuple(fc.nat(30), fc.nat(30), fc.nat(30), fc.nat(30)),
  limit: fc.integer({ min: 1, max: 40 }),
  after: fc.option(fc.integer({ min: 0, max: 60 }), { nil: undefined }),
});

test('a merge is what sorting everything would give, or says of whom too little was read', () => {
  fc.assert(
    fc.property(world, ({ lists, windows, limit, after: afterUs }) => {
      const keysOf = lists.map((list) =>
        [...new Set(list)].toSorted((a, b) => a - b).map((time) => makePostKey(time, '00000000')),
      );
      const after =
        afterUs === undefined ? undefined : { user: 'bob', key: makePostKey(afterUs, '00000000') };
      const all: readonly PostRef[] = keysOf
        .flatMap((keys, index) => keys.map((key) => ({ user: users[index] ?? '', key })))
        .filter((ref) => after === undefined || compareNewestFirst(ref, after) > 0)
        .toSorted(compareNewestFirst);
      const read = keysOf.map((keys, index): ReadList => {
        const count = windows[index] ?? 0;
        const window = count === 0 ? [] : keys.slice(-count);
        const list = { user: users[index] ?? '', keys: window, texts: undefined };
        return { list, isCut: window.length < keys.length };
      });
      const { picks, short, hasMore } = mergeNewest(read, { limit, after });
      const refs = picks.map(({ list, place }) => ({ user: list.user, key: list.keys[place] }));
      // What is given is right in any case.
      assert.deepEqual(refs, all.slice(0, refs.length));
      if (short.length === 0) assert.equal(refs.length, Math.min(limit, all.length));
      if (!hasMore) assert.equal(refs.length, all.length);
      for (const user of short) assert.ok(read.find(({ list }) => list.user === user)?.isCut);
    }),
    { numRuns: 500 },
  );
});
