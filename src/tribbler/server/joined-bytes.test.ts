import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { JoinedBytes } from './joined-bytes.ts';

const texts = Array.from({ length: 12 }, (_, number) => 'é'.repeat(number % 4) + String(number));
const pieces = texts.map((text) => new TextEncoder().encode(text));
const choice = fc.array(fc.nat(texts.length - 1), { maxLength: 15 });

test('what is joined is the same whatever was joined before', () => {
  fc.assert(
    fc.property(fc.array(choice, { minLength: 1, maxLength: 5 }), (choices) => {
      const joined = new JoinedBytes();
      for (const places of choices) {
        const bytes = joined.join(
          '[',
          places.map((place) => pieces[place] ?? new Uint8Array()),
          ']',
        );
        assert.equal(
          new TextDecoder().decode(bytes),
          `[${places.map((place) => texts[place]).join(',')}]`,
        );
      }
    }),
  );
});

test('what is new at the beginning is put before what was there', () => {
  const joined = new JoinedBytes();
  const join = (places: readonly number[], end: string): string =>
    new TextDecoder().decode(
      joined.join(
        '{',
        places.map((place) => pieces[place] ?? new Uint8Array()),
        end,
      ),
    );
  assert.equal(join([4, 5, 6], '}'), '{4,é5,éé6}');
  assert.equal(join([9, 8, 4, 5], '...}'), '{é9,8,4,é5...}');
  assert.equal(join([9, 8, 5], '}'), '{é9,8,é5}');
});
