import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { joinBytes, JoinedBytes, type Lent } from './joined-bytes.ts';

const texts = Array.from({ length: 12 }, (_, number) => 'é'.repeat(number % 4) + String(number));
const pieces = texts.map((text) => new TextEncoder().encode(text));

function pick(places: readonly number[]): readonly Uint8Array[] {
  return places.map((place) => pieces[place] ?? new Uint8Array());
}

function joinTexts(places: readonly number[]): string {
  return places.map((place) => texts[place]).join(',');
}

test('pieces have commas between', () => {
  const text = new TextDecoder().decode(joinBytes('[', pick([1, 2, 3]), ']'));
  assert.equal(text, '[é1,éé2,ééé3]');
  assert.equal(new TextDecoder().decode(joinBytes('[', [], ']')), '[]');
});

const places = fc.array(fc.nat(texts.length - 1), { maxLength: 15 });
/** What is put before what was there, how much of that is left, and what stands after it; or something else altogether. */
const step = fc.record({
  added: places,
  left: fc.nat(20),
  end: fc.string({ unit: 'grapheme', maxLength: 12 }),
  isKept: fc.boolean(),
  isSame: fc.boolean(),
});

test('what is joined is the same whatever was joined before, and stays so until it is given back', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), (steps) => {
      const joined = new JoinedBytes();
      const lent: { readonly of: Lent; readonly text: string }[] = [];
      let now: readonly number[] = [];
      let picked = pick(now);
      for (const { added, left, end, isKept, isSame } of steps) {
        if (!isSame) now = [...added, ...now.slice(0, left)];
        if (!isSame) picked = pick(now);
        const of = joined.join('{"items":[', picked, end);
        lent.push({ of, text: `{"items":[${joinTexts(now)}${end}` });
        for (const { of: one, text } of lent) {
          assert.equal(new TextDecoder().decode(one.bytes), text);
        }
        if (!isKept) for (const { of: one } of lent.splice(0)) one.giveBack();
      }
    }),
    { numRuns: 500 },
  );
});

test('what was there stays, however often something is put before it', () => {
  const joined = new JoinedBytes();
  const all = Array.from({ length: 200 }, (_, number) =>
    new TextEncoder().encode(`${number}`.repeat(40)),
  );
  for (let count = 10; count <= all.length; count += 1) {
    const newest = all.slice(count - 10, count).toReversed();
    const { bytes, giveBack } = joined.join('[', newest, ']');
    assert.deepEqual(bytes, joinBytes('[', newest, ']'));
    giveBack();
  }
});

test('what one reader gave back twice another one still has', () => {
  const joined = new JoinedBytes();
  const [one, other] = [pick([1, 2, 3]), pick([4, 1, 2])];
  const first = joined.join('[', one, ']');
  const second = joined.join('[', one, ']');
  first.giveBack();
  first.giveBack();
  joined.join('[', other, ']');
  assert.deepEqual(second.bytes, joinBytes('[', one, ']'));
});
