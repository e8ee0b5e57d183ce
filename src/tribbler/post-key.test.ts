import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { compareNewestFirst, isPostKey, makePostKey, postTimeUs } from './post-key.ts';

const timeUs = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });

test('post keys sort by time as text, and give it back', () => {
  fc.assert(
    fc.property(timeUs, timeUs, (a, b) => {
      const [one, other] = [makePostKey(a, '00000000'), makePostKey(b, '00000000')];
      assert.ok(isPostKey(one));
      assert.equal(postTimeUs(one), a);
      assert.equal(one < other, a < b);
    }),
  );
});

test('what is no post key is none', () => {
  for (const text of ['', 'usrid', 'post_', 'post_066129EFC36B78_87d1e10a', 'post_1_2']) {
    assert.equal(isPostKey(text), false, text);
  }
});

test('timelines are by time, then tie, then name', () => {
  const refs = [
    { user: 'b', key: makePostKey(1, 'aaaaaaaa') },
    { user: 'a', key: makePostKey(2, 'aaaaaaaa') },
    { user: 'b', key: makePostKey(2, 'bbbbbbbb') },
    { user: 'a', key: makePostKey(1, 'aaaaaaaa') },
  ];
  const [first, second, third, fourth] = refs;
  assert.deepEqual(refs.toSorted(compareNewestFirst), [third, second, fourth, first]);
});
