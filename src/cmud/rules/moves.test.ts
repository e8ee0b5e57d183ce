import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { hardware } from './hardware.ts';
import { awardKey, damageKey, ledgerKey, solvedKey } from './keys.ts';
import { breakDown, earn, emptyLedger, grant } from './ledger.ts';
import type { Ledger } from './ledger.ts';
import { attempt, bePresent, dig, purchase, settle } from './moves.ts';
import type { Seat, Write } from './moves.ts';
import { ranks } from './ranks.ts';
import type { RankId } from './ranks.ts';
import { encodeAward, encodeDamage, encodeLedger } from './values.ts';
import { World } from './world.ts';

const seat: Seat = { name: 'heather', writer: 'writer01' };
const hit = 0.5;
const broke = 0;
const nothing = 0.99;

/** A world in which heather has this ledger and this rank. */
function worldWith(ledger: Ledger, rank: RankId = 'undergraduate'): World {
  const world = new World();
  world.apply(ledgerKey('heather', 'legacy01'), encodeLedger(ledger), 0);
  if (rank !== 'undergraduate') {
    world.apply(awardKey('heather', rank), encodeAward({ round: 1, atMs: 1 }), 0);
  }
  return world;
}

function damage(world: World, name: string, steps: number, hits: number, lastMs = 1): void {
  const key = damageKey('undergraduate', 1, name, 'writer99');
  world.apply(key, encodeDamage({ steps, hits, lastMs }), 0);
}

function take(world: World, writes: readonly Write[]): void {
  for (const { key, value } of writes) world.apply(key, value, 0);
}

test('a find goes into the ledger of this client and into no other', () => {
  const world = worldWith(grant(earn(emptyLedger, 7), 'cpu', 3));
  const found = dig(world, seat, 0, 0.99);
  assert.equal(found.coins, 4);
  assert.deepEqual(
    found.writes.map(({ key }) => key),
    [ledgerKey('heather', 'writer01')],
  );
  take(world, found.writes);
  assert.equal(world.holdingsOf('heather').coins, 11);
});

test('a purchase is one put, which takes the coins and gives the hardware', () => {
  const world = worldWith(earn(emptyLedger, 12));
  const bought = purchase(world, seat, 'cpu', 5);
  assert.ok(bought.kind === 'bought');
  assert.equal(bought.writes.length, 1);
  take(world, bought.writes);
  const { coins, counts } = world.holdingsOf('heather');
  assert.equal(coins, 7);
  assert.equal(counts.cpu, 6);
});

test('without a number the whole balance is spent, as far as it goes', () => {
  const world = worldWith(earn(emptyLedger, 13), 'masters');
  const bought = purchase(world, seat, 'gpu', 'max');
  assert.ok(bought.kind === 'bought');
  assert.equal(bought.count, 2);
  assert.equal(bought.cost, 10);
});

test('the rank decides over the purchase and not only over the list of the shop', () => {
  for (const { id, level } of ranks) {
    const world = worldWith(earn(emptyLedger, 1_000_000), id);
    for (const [index, { type }] of hardware.entries()) {
      const { kind } = purchase(world, seat, type, 1);
      assert.equal(kind, index <= level ? 'bought' : 'rank-too-low', `${id} ${type}`);
    }
  }
});

test('nobody buys for more than there is, and a debt buys nothing', () => {
  fc.assert(
    fc.property(fc.nat({ max: 100 }), fc.integer({ min: 1, max: 200 }), (coins, count) => {
      const bought = purchase(worldWith(earn(emptyLedger, coins)), seat, 'cpu', count);
      assert.equal(bought.kind, count <= coins ? 'bought' : 'too-expensive');
    }),
  );
  const indebted = worldWith({ ...emptyLedger, spent: 5 });
  assert.equal(purchase(indebted, seat, 'cpu', 'max').kind, 'too-expensive');
});

test('a hit takes the power off the problem, and never more than is left', () => {
  const world = worldWith(grant(emptyLedger, 'cpu', 59));
  const first = attempt(world, seat, hit, 0, 1);
  assert.ok(first.kind === 'hit');
  assert.equal(first.steps, 60);
  take(world, first.writes);
  const second = attempt(world, seat, hit, 0, 2);
  assert.ok(second.kind === 'hit');
  assert.equal(second.steps, 40);
  assert.equal(second.remaining, 0);
});

test('one type falls to a quarter, and the others stay', () => {
  const world = worldWith(grant(grant(emptyLedger, 'cpu', 9), 'gpu', 7), 'masters');
  const outcome = attempt(world, seat, broke, 0.9, 1);
  assert.ok(outcome.kind === 'broke');
  assert.equal(outcome.type, 'gpu');
  take(world, outcome.writes);
  const { counts } = world.holdingsOf('heather');
  assert.equal(counts.gpu, 1);
  assert.equal(counts.cpu, 10);
});

test('whoever has nothing left gets one cpu, in the same put', () => {
  const world = worldWith(emptyLedger);
  const outcome = attempt(world, seat, broke, 0, 1);
  assert.ok(outcome.kind === 'broke');
  assert.ok(outcome.isRuined);
  assert.equal(outcome.writes.length, 1);
  take(world, outcome.writes);
  assert.equal(world.holdingsOf('heather').counts.cpu, 1);
  // And once more: it can break again and again, and is given again and again.
  take(world, writesOf(attempt(world, seat, broke, 0, 1)));
  assert.equal(world.holdingsOf('heather').counts.cpu, 1);
});

test('one try in twenty does nothing, and the retired try nothing', () => {
  assert.equal(attempt(worldWith(emptyLedger), seat, nothing, 0, 1).kind, 'nothing');
  assert.equal(attempt(worldWith(emptyLedger, 'retired'), seat, hit, 0, 1).kind, 'retired');
});

test('with nothing to break, after a race of two clients, nothing breaks', () => {
  const world = worldWith(breakDown(emptyLedger, 'cpu', 5));
  assert.equal(attempt(world, seat, broke, 0, 1).kind, 'nothing');
});

test('5 % of the work or three hits promote, less does not', () => {
  const cases = [
    { steps: 5, hits: 1, isPromoted: true },
    { steps: 4, hits: 2, isPromoted: false },
    { steps: 3, hits: 3, isPromoted: true },
  ];
  for (const { steps, hits, isPromoted } of cases) {
    const world = new World();
    damage(world, 'heather', steps, hits);
    damage(world, 'robin', 100 - steps, 9, 2);
    take(world, settle(world, 'heather', 3, false));
    take(world, settle(world, 'heather', 3, false));
    assert.equal(world.rankOf('heather'), isPromoted ? 'masters' : 'undergraduate');
  }
});

test('whoever sees a round finished closes it, with the same value as everybody else', () => {
  const world = new World();
  damage(world, 'heather', 60, 6, 100);
  damage(world, 'robin', 60, 6, 200);
  const byHeather = settle(world, 'heather', 1_000, false);
  const byRobin = settle(world, 'robin', 2_000, false);
  const solved = { key: solvedKey('undergraduate', 1), value: '{"v":1,"by":"robin","at":200}' };
  assert.deepEqual(byHeather, [solved]);
  assert.deepEqual(byRobin, [solved]);
});

test('a round is closed by those who had a part in it, and by others only when they want to go on', () => {
  const world = new World();
  damage(world, 'robin', 100, 6);
  assert.deepEqual(settle(world, 'heather', 1, false), []);
  assert.equal(settle(world, 'heather', 1, true).length, 1);
});

test('a hit on a round that was solved meanwhile counts there, for whoever made it', () => {
  const world = new World();
  damage(world, 'robin', 100, 6);
  take(world, settle(world, 'robin', 1, false));
  assert.equal(world.problem('undergraduate').currentRound, 2);
  // heather's three hits were under way.
  damage(world, 'heather', 3, 3);
  take(world, settle(world, 'heather', 2, false));
  assert.equal(world.rankOf('heather'), 'masters');
  assert.equal(world.problem('undergraduate').round(2).remaining, 100);
});

test('presence ends by itself', () => {
  assert.equal(bePresent(seat, 'idle').ttlMs, 30_000);
});

function writesOf(outcome: ReturnType<typeof attempt>): readonly Write[] {
  return outcome.kind === 'hit' || outcome.kind === 'broke' ? outcome.writes : [];
}
