import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { awardKey, damageKey, ledgerKey, onlineKey, placeKey, solvedKey } from './keys.ts';
import { ranks } from './ranks.ts';
import { World } from './world.ts';

const pair: fc.Arbitrary<[string, string]> = fc.oneof(
  fc
    .tuple(fc.constantFrom('heather', 'robin'), fc.nat({ max: 3 }), fc.nat({ max: 50 }))
    .map(([name, w, total]): [string, string] => [
      ledgerKey(name, `writer0${w}`),
      `{"v":1,"earned":${total},"spent":0,"bought":{"cpu":${total}},"broken":{}}`,
    ]),
  fc
    .tuple(fc.constantFrom('heather', 'robin'), fc.nat({ max: 2 }), fc.nat({ max: 50 }))
    .map(([name, round, steps]): [string, string] => [
      damageKey('undergraduate', round + 1, name, 'writer01'),
      `{"v":1,"steps":${steps},"hits":${steps},"at":${steps}}`,
    ]),
  fc
    .tuple(fc.constantFrom('heather', 'robin'), fc.constantFrom(...ranks))
    .map(([name, { id }]): [string, string] => [awardKey(name, id), '{"v":1,"round":1,"at":1}']),
  fc
    .nat({ max: 3 })
    .map((round): [string, string] => [
      solvedKey('undergraduate', round + 1),
      '{"v":1,"by":"heather","at":1}',
    ]),
);

function describe(world: World): unknown {
  const facts = world.problem('undergraduate');
  return {
    rounds: [1, 2, 3, 4].map((round) => facts.round(round)),
    current: facts.currentRound,
    players: ['heather', 'robin'].map((name) => ({
      rank: world.rankOf(name),
      holdings: world.holdingsOf(name),
      titles: world.titlesOf(name),
    })),
  };
}

function worldOf(pairs: readonly (readonly [string, string])[]): World {
  const world = new World();
  for (const [key, value] of pairs) world.apply(key, value, 0);
  return world;
}

test('the same pairs in any order and any number make the same world', () => {
  fc.assert(
    fc.property(fc.array(pair), fc.array(fc.nat()), (pairs, picks) => {
      const shuffled = pairs.toSorted((one, other) =>
        one[0] + one[1] < other[0] + other[1] ? -1 : 1,
      );
      const again = picks.flatMap((pick) =>
        pairs.slice(pick % Math.max(1, pairs.length)).slice(0, 1),
      );
      assert.deepEqual(describe(worldOf([...shuffled, ...again])), describe(worldOf(pairs)));
    }),
  );
});

test('no pair takes away what earlier pairs have shown', () => {
  fc.assert(
    fc.property(fc.array(pair), (pairs) => {
      const world = new World();
      let before = { level: 0, earned: 0, round: 1 };
      for (const [key, value] of pairs) {
        world.apply(key, value, 0);
        const level = ranks.findIndex(({ id }) => id === world.rankOf('heather'));
        const { earned } = world.holdingsOf('heather');
        const round = world.problem('undergraduate').currentRound;
        assert.ok(level >= before.level && earned >= before.earned && round >= before.round);
        before = { level, earned, round };
      }
    }),
  );
});

test('whatever somebody writes is ignored and counted if it is no fact', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.jsonValue(), (key, value, json) => {
      const world = new World();
      world.apply(key, value, 0);
      world.apply(ledgerKey('heather', 'writer01'), value, 0);
      world.apply(placeKey('heather'), JSON.stringify(json), 0);
      world.remove(key);
      assert.equal(world.holdingsOf('heather').coins, 0);
      assert.equal(world.refusedCount, 3);
    }),
  );
});

test('the current round is the first that is not solved, whatever is solved beyond it', () => {
  const world = new World();
  const solved = '{"v":1,"by":"heather","at":1}';
  world.apply(solvedKey('phd', 2), solved, 0);
  assert.equal(world.problem('phd').currentRound, 1);
  world.apply(solvedKey('phd', 1), solved, 0);
  assert.equal(world.problem('phd').currentRound, 3);
  world.remove(solvedKey('phd', 2));
  assert.equal(world.problem('phd').currentRound, 2);
});

test('a round is told as solved once; a change of who took the last step is told as that', () => {
  const world = new World();
  const key = solvedKey('phd', 1);
  const by = (name: string): string => `{"v":1,"by":"${name}","at":1}`;
  assert.equal(world.apply(key, by('heather'), 0).length, 1);
  assert.equal(world.apply(key, by('heather'), 0).length, 0);
  const [change] = world.apply(key, by('robin'), 0);
  assert.ok(change?.kind === 'solved');
  assert.equal(change.formerly, 'heather');
});

test('a player is online while seen in the last 30 seconds, by any client', () => {
  const world = new World();
  const presence = '{"v":1,"activity":"idle"}';
  world.apply(onlineKey('heather', 'writer01'), presence, 0);
  world.apply(onlineKey('heather', 'writer02'), presence, 20_000);
  assert.deepEqual(world.online.expire(30_000), []);
  assert.equal(world.online.expire(30_001).length, 1);
  assert.ok(world.online.has('heather'));
  world.online.expire(50_001);
  assert.ok(!world.online.has('heather'));
  assert.deepEqual(world.peopleAt('gates-5'), []);
});

test('a key that is gone is gone from the world', () => {
  const world = new World();
  world.apply(
    ledgerKey('heather', 'writer01'),
    '{"v":1,"earned":5,"spent":0,"bought":{},"broken":{}}',
    0,
  );
  world.remove(ledgerKey('heather', 'writer01'));
  assert.equal(world.holdingsOf('heather').coins, 0);
  const hit = damageKey('phd', 1, 'heather', 'writer01');
  world.apply(hit, '{"v":1,"steps":5,"hits":1,"at":1}', 0);
  world.remove(hit);
  assert.equal(world.problem('phd').round(1).remaining, 10_000);
  assert.deepEqual(world.problem('phd').round(1).contributions, []);
});
