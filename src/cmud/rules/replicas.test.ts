import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { LaggingReplicas } from '../../../test/support/lagging-replicas.ts';
import { gameLimits } from './game-limits.ts';
import { ledgerKey, parseKey } from './keys.ts';
import { earn, emptyLedger, grant } from './ledger.ts';
import { attempt, dig, purchase, settle } from './moves.ts';
import type { Seat, Write } from './moves.ts';
import { problems } from './problems.ts';
import { rankOf } from './ranks.ts';
import { encodeLedger } from './values.ts';
import { World } from './world.ts';

// The promises of the key design (docs/cmud.md), over replicas that lag, repeat, reorder, lose and are cut
// off, and clients that die. A client here does what a session does: its own totals are in its view before
// they are put, and what it was told is what its replica has taken.

const names = ['heather', 'robin'] as const;

class Client {
  readonly seat: Seat;
  readonly world: World = new World();
  readonly #replicas: LaggingReplicas;
  readonly #latest: Map<string, string> = new Map();
  readonly #solvedSeen: Map<string, number> = new Map();
  #replica: number;
  rankSeen = 0;

  constructor(name: string, writer: string, replicas: LaggingReplicas, replica: number) {
    this.seat = { name, writer };
    this.#replicas = replicas;
    this.#replica = replica;
    this.read();
  }

  /** Another server is nearer now, and may know less. */
  moveTo(replica: number): void {
    this.#replica = replica;
  }

  write(writes: readonly Write[]): void {
    for (const { key, value } of writes) {
      this.#latest.set(key, value);
      this.#apply(key, value);
      this.#replicas.put(this.#replica, key, value);
    }
  }

  /** Takes in what the replica knows, and writes what follows from it. */
  read(): void {
    for (const [key, value] of this.#replicas.pairs(this.#replica)) {
      const parsed = parseKey(key);
      const isOwn =
        parsed !== undefined && 'writer' in parsed && parsed.writer === this.seat.writer;
      if (!isOwn) this.#apply(key, value);
    }
    for (;;) {
      const writes = settle(this.world, this.seat.name, 1, false);
      if (writes.length === 0) break;
      this.write(writes);
    }
    const { level } = rankOf(this.world.rankOf(this.seat.name));
    assert.ok(level >= this.rankSeen, 'a rank has fallen');
    this.rankSeen = level;
  }

  /** Says every total once more: what a session does after a reset. */
  putAgain(): void {
    for (const [key, value] of this.#latest) {
      const parsed = parseKey(key);
      if (parsed !== undefined && 'writer' in parsed) {
        this.#replicas.put(this.#replica, key, value);
      }
    }
  }

  #apply(key: string, value: string): void {
    for (const happening of this.world.apply(key, value, 0)) {
      if (happening.kind !== 'solved' || happening.formerly !== undefined) continue;
      const round = `${happening.rank} ${happening.round}`;
      const times = (this.#solvedSeen.get(round) ?? 0) + 1;
      assert.equal(times, 1, `round ${round} was solved twice`);
      this.#solvedSeen.set(round, times);
    }
  }
}

type Step =
  | { readonly do: 'mine'; readonly who: number; readonly luck: number; readonly amount: number }
  | { readonly do: 'buy'; readonly who: number }
  | { readonly do: 'try'; readonly who: number; readonly luck: number; readonly amount: number }
  | { readonly do: 'read'; readonly who: number }
  | { readonly do: 'move'; readonly who: number; readonly to: number }
  | { readonly do: 'die'; readonly who: number; readonly to: number }
  | { readonly do: 'repeat'; readonly who: number }
  | { readonly do: 'deliver'; readonly which: number; readonly stays: boolean }
  | { readonly do: 'lose'; readonly which: number };

const who = fc.nat({ max: 3 });
const luck = fc.integer({ min: 0, max: 19 }).map((side) => side / 20);
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant('mine'), who, luck, amount: luck }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('buy'), who }) },
    { weight: 6, arbitrary: fc.record({ do: fc.constant('try'), who, luck, amount: luck }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('read'), who }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('move'), who, to: fc.nat({ max: 2 }) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('die'), who, to: fc.nat({ max: 2 }) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('repeat'), who }) },
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant('deliver'),
        which: fc.nat({ max: 1_000 }),
        stays: fc.boolean(),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('lose'), which: fc.nat({ max: 1_000 }) }) },
  ) as fc.Arbitrary<Step>,
  { minLength: 10, maxLength: 250 },
);

/** What players were told, to be compared with what the store says in the end. */
class Told {
  readonly earned: Map<string, number> = new Map();
  readonly spent: Map<string, number> = new Map();
  readonly hits: Map<string, number> = new Map();

  add(sums: Map<string, number>, key: string, amount: number): void {
    sums.set(key, (sums.get(key) ?? 0) + amount);
  }
}

class Play {
  readonly replicas: LaggingReplicas = new LaggingReplicas(3);
  readonly told: Told = new Told();
  readonly clients: Client[];
  #writers = 0;

  constructor() {
    // Both are rich enough to get somewhere within a few dozen steps.
    for (const name of names) {
      const legacy = grant(earn(emptyLedger, 30), 'cpu', 12);
      this.replicas.put(0, ledgerKey(name, 'legacy01'), encodeLedger(legacy));
      this.told.add(this.told.earned, name, 30);
    }
    this.replicas.heal();
    // Two clients each of two players, on three replicas.
    this.clients = [0, 1, 2, 3].map((index) =>
      this.#login(names[index % 2] ?? 'heather', index % 3),
    );
  }

  step(step: Step): void {
    if (step.do === 'deliver') return this.replicas.deliver(step.which, step.stays);
    if (step.do === 'lose') return this.replicas.lose(step.which);
    const client = this.clients[step.who];
    assert.ok(client !== undefined);
    switch (step.do) {
      case 'mine': {
        const found = dig(client.world, client.seat, step.luck, step.amount);
        client.write(found.writes);
        return this.told.add(this.told.earned, client.seat.name, found.coins);
      }
      case 'buy':
        return this.#buy(client);
      case 'try':
        return this.#try(client, step.luck, step.amount);
      case 'read':
        return client.read();
      case 'move':
        return client.moveTo(step.to);
      case 'repeat':
        return client.putAgain();
      case 'die': {
        const reborn = this.#login(client.seat.name, step.to);
        this.clients[step.who] = reborn;
      }
    }
  }

  #login(name: string, replica: number): Client {
    const writer = `writer${String(++this.#writers).padStart(8, '0')}`;
    return new Client(name, writer, this.replicas, replica);
  }

  #buy(client: Client): void {
    const bought = purchase(client.world, client.seat, 'cpu', 'max');
    if (bought.kind !== 'bought') return;
    client.write(bought.writes);
    this.told.add(this.told.spent, client.seat.name, bought.cost);
  }

  #try(client: Client, tried: number, choice: number): void {
    const outcome = attempt(client.world, client.seat, tried, choice, 1);
    if (outcome.kind === 'broke') client.write(outcome.writes);
    if (outcome.kind !== 'hit') return;
    client.write(outcome.writes);
    const round = `${outcome.problem.rank} ${outcome.round}`;
    this.told.add(this.told.hits, round, outcome.steps);
  }
}

/** States that a run of the property must have come to, or it has proved little. */
const sometimes = { solved: 0, overshot: 0, debt: 0, shared: 0 };

function note(world: World): void {
  const facts = world.problem('undergraduate');
  if (facts.solvedCount > 0) sometimes.solved++;
  const { contributions, solved } = facts.round(1);
  if (contributions.reduce((sum, one) => sum + one.steps, 0) > 100) sometimes.overshot++;
  if (solved !== undefined && contributions.length > 1) sometimes.shared++;
  if (names.some((name) => world.holdingsOf(name).coins < 0)) sometimes.debt++;
}

function viewOf(replicas: LaggingReplicas, replica: number): World {
  const world = new World();
  for (const [key, value] of replicas.pairs(replica)) world.apply(key, value, 0);
  return world;
}

function check(play: Play): void {
  play.replicas.heal();
  for (const client of play.clients) client.read();
  play.replicas.heal();
  const { replicas, told } = play;
  assert.deepEqual(replicas.pairs(1), replicas.pairs(0), 'replicas are apart');
  assert.deepEqual(replicas.pairs(2), replicas.pairs(0), 'replicas are apart');
  const world = viewOf(replicas, 0);
  assert.equal(world.refusedCount, 0);
  note(world);
  for (const name of names) {
    const { earned, coins } = world.holdingsOf(name);
    const mined = told.earned.get(name) ?? 0;
    assert.equal(earned, mined, `${name} was told of other coins`);
    assert.equal(coins, mined - (told.spent.get(name) ?? 0));
  }
  for (const { rank, size } of problems) {
    const facts = world.problem(rank);
    for (let round = 1; round <= facts.currentRound; round++) {
      const { contributions, solved } = facts.round(round);
      const steps_ = contributions.reduce((sum, one) => sum + one.steps, 0);
      assert.equal(steps_, told.hits.get(`${rank} ${round}`) ?? 0, 'hits have vanished');
      assert.equal(
        solved !== undefined,
        steps_ >= size,
        'solved when its work is done, and not before',
      );
    }
  }
  for (const { seat, rankSeen } of play.clients) {
    assert.ok(rankOf(world.rankOf(seat.name)).level >= rankSeen, 'a rank is gone');
  }
}

test('coins, hits, ranks and rounds survive delay, duplication, loss, partition, reordering and death', () => {
  fc.assert(
    fc.property(steps, (all) => {
      const play = new Play();
      for (const step of all) play.step(step);
      check(play);
    }),
    { numRuns: 400 },
  );
  for (const [state, times] of Object.entries(sometimes)) {
    assert.ok(times > 0, `no run came to the state "${state}"`);
  }
});

test('ten players who hit without hearing of each other lose no hit', () => {
  const replicas = new LaggingReplicas(10);
  const clients = Array.from(
    { length: 10 },
    (_, index) => new Client(`player${index}`, `writer0${index}`, replicas, index),
  );
  for (const client of clients) {
    for (let times = 0; times < 30; times++) {
      const outcome = attempt(client.world, client.seat, 0.5, 0, 1);
      if (outcome.kind === 'hit') client.write(outcome.writes);
    }
  }
  replicas.heal();
  const world = viewOf(replicas, 3);
  const { contributions, remaining } = world.problem('undergraduate').round(1);
  assert.equal(
    contributions.reduce((sum, { steps: taken }) => sum + taken, 0),
    300,
  );
  assert.equal(remaining, 0);
  // Nobody saw the last step being taken; whoever looks next closes the round, and all are promoted.
  for (const client of clients) client.read();
  replicas.heal();
  const after = viewOf(replicas, 7);
  assert.equal(after.problem('undergraduate').currentRound, 2);
  for (const { seat } of clients) assert.equal(after.rankOf(seat.name), 'masters');
});

test('a player whose history is spread over hundreds of writers is read as one', () => {
  const replicas = new LaggingReplicas(1);
  let coins = 0;
  for (let session = 0; session < 500; session++) {
    const client = new Client('heather', `writer${String(session).padStart(8, '0')}`, replicas, 0);
    const found = dig(client.world, client.seat, 0, 0);
    client.write(found.writes);
    coins += found.coins;
  }
  assert.equal(viewOf(replicas, 0).holdingsOf('heather').coins, coins);
  assert.ok(coins < gameLimits.totalMax);
});
