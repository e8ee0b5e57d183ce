import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import {
  awardKey,
  channelPrefix,
  chatKey,
  damageKey,
  ledgerKey,
  onlineKey,
  parseKey,
  placeKey,
  playersPrefix,
  solvedKey,
} from './keys.ts';
import type { Channel } from './keys.ts';
import { places } from './places.ts';
import { problems } from './problems.ts';
import { ranks } from './ranks.ts';

const name = fc.stringMatching(/^[a-z][a-z0-9_-]{2,15}$/);
const writer = fc.stringMatching(/^[a-z0-9]{8,32}$/);
const round = fc.integer({ min: 1, max: 1_000_000_000 });
const rank = fc.constantFrom(...problems.map((problem) => problem.rank));
const channel: fc.Arbitrary<Channel> = fc.oneof(
  fc.constant({ kind: 'all' as const }),
  fc.constantFrom(...places).map(({ id }) => ({ kind: 'place' as const, place: id })),
  name.map((one) => ({ kind: 'player' as const, name: one })),
);

test('every key is read back as what it was made of', () => {
  fc.assert(
    fc.property(
      name,
      writer,
      rank,
      round,
      channel,
      fc.nat(),
      (who, w, problem, number, where, n) => {
        assert.deepEqual(parseKey(ledgerKey(who, w)), { kind: 'ledger', name: who, writer: w });
        assert.deepEqual(parseKey(placeKey(who)), { kind: 'place', name: who });
        assert.deepEqual(parseKey(onlineKey(who, w)), { kind: 'online', name: who, writer: w });
        assert.deepEqual(parseKey(solvedKey(problem, number)), {
          kind: 'solved',
          rank: problem,
          round: number,
        });
        assert.deepEqual(parseKey(damageKey(problem, number, who, w)), {
          kind: 'damage',
          rank: problem,
          round: number,
          name: who,
          writer: w,
        });
        const count = n % 1_000_000;
        assert.deepEqual(parseKey(chatKey(where, n, w, count)), {
          kind: 'chat',
          channel: where,
          stampMs: n,
          writer: w,
          number: count,
        });
      },
    ),
  );
  for (const { id } of ranks) {
    assert.deepEqual(parseKey(awardKey('heather', id)), {
      kind: 'award',
      name: 'heather',
      rank: id,
    });
  }
});

test('al does not see what is of alice', () => {
  assert.ok(!ledgerKey('alice', 'aaaaaaaa').startsWith(`${playersPrefix}al/`));
  const toAl = channelPrefix({ kind: 'player', name: 'all' });
  assert.ok(!chatKey({ kind: 'player', name: 'alli' }, 1, 'aaaaaaaa', 1).startsWith(toAl));
  assert.ok(!damageKey('phd', 12, 'heather', 'aaaaaaaa').startsWith('cmud/problem/phd/1/'));
});

test('the order of chat keys is the order of their times', () => {
  fc.assert(
    fc.property(fc.nat({ max: 2 ** 45 }), fc.nat({ max: 2 ** 45 }), (one, other) => {
      const first = chatKey({ kind: 'all' }, one, 'zzzzzzzz', 9);
      const second = chatKey({ kind: 'all' }, other, 'aaaaaaaa', 1);
      if (one !== other) assert.equal(first < second, one < other);
    }),
  );
});

test('whatever is not a key of the game is none', () => {
  const foreign = [
    '',
    'cmud',
    'cmud/p/',
    'cmud/p//place',
    'cmud/p/Alice/place',
    'cmud/p/al/place/x',
    'cmud/p/__proto__/place',
    'cmud/p/alice/ledger/',
    'cmud/p/alice/ledger/UPPERCASE',
    'cmud/p/alice/award/emperor',
    'cmud/problem/retired/1/solved',
    'cmud/problem/phd/0/solved',
    'cmud/problem/phd/01/solved',
    'cmud/problem/phd/1e3/solved',
    'cmud/problem/phd/99999999999/solved',
    'cmud/problem/phd/1/damage/alice',
    'cmud/online/alice',
    'cmud/chat/at.moon/001767225600000-aaaaaaaa-1',
    'cmud/chat/to.a/001767225600000-aaaaaaaa-1',
    'cmud/chat/all/1767225600000-aaaaaaaa-1',
    'other/p/alice/place',
  ];
  for (const key of foreign) assert.equal(parseKey(key), undefined, key);
});

test('no key at all breaks the reading of keys', () => {
  fc.assert(
    fc.property(fc.string(), fc.array(fc.string()), (tail, parts) => {
      parseKey(tail);
      parseKey(`cmud/${parts.join('/')}`);
      parseKey(`cmud/p/${tail}`);
    }),
  );
});
