import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { SimRandom } from '../sim-random.ts';
import { randomBelow } from '../../core/random.ts';
import type { TimedCall } from './linearizability.ts';
import { checkList, type ListCall } from './list-model.ts';
import { checkRegister, type RegisterCall } from './register-model.ts';

type Draw<Call> = (random: SimRandom, index: number) => Call;

/** The object itself: answers with what is. */
interface RealObject<Call> {
  do(call: Call): Call;
}

class RealRegister implements RealObject<RegisterCall> {
  value: string | undefined;

  do(call: RegisterCall): RegisterCall {
    const before = this.value;
    switch (call.kind) {
      case 'put':
        this.value = call.value;
        return call;
      case 'put if absent':
        this.value ??= call.value;
        return { ...call, done: before === undefined };
      case 'delete':
        this.value = undefined;
        return { ...call, found: before !== undefined };
      case 'get':
        return { ...call, value: before };
    }
  }
}

class RealList implements RealObject<ListCall> {
  items: string[] = [];

  do(call: ListCall): ListCall {
    const before = this.items;
    switch (call.kind) {
      case 'append':
        if (!before.includes(call.item)) this.items = [...before, call.item];
        return { ...call, done: this.items !== before };
      case 'remove':
        this.items = before.filter((item) => item !== call.item);
        return { ...call, done: this.items.length < before.length };
      case 'delete':
        this.items = [];
        return { ...call, found: before.length > 0 };
      case 'read':
        return {
          ...call,
          items: before.length === 0 ? undefined : before.slice(-(call.newest ?? Infinity)),
        };
    }
  }
}

const drawRegisterCall: Draw<RegisterCall> = (random, index) =>
  random.pick<RegisterCall>([
    { kind: 'put', value: `v${index}` },
    { kind: 'put if absent', value: `v${index}`, done: true },
    { kind: 'delete', found: true },
    { kind: 'get', value: undefined },
    { kind: 'get', value: undefined },
  ]);

const drawListCall: Draw<ListCall> = (random, index) => {
  const item = `i${random.chance(0.5) ? index : randomBelow(random, index + 1)}`;
  return random.pick<ListCall>([
    { kind: 'append', item, done: true },
    { kind: 'append', item, done: true },
    { kind: 'remove', item, done: true },
    { kind: 'read', newest: undefined, items: undefined },
    { kind: 'read', newest: random.pick([1, 5, 100]), items: undefined },
    ...(random.chance(0.02) ? [{ kind: 'delete' as const, found: true }] : []),
  ]);
};

interface HistoryOptions<Call> {
  readonly random: SimRandom;
  readonly object: RealObject<Call>;
  readonly draw: Draw<Call>;
  readonly count: number;
  readonly clients: number;
  readonly unansweredChance: number;
}

/** Clients call an object; each call happens at some moment between its start and its end, or never if nobody answers. */
function makeHistory<Call>(options: HistoryOptions<Call>): TimedCall<Call>[] {
  const { random, object, draw, count, clients, unansweredChance } = options;
  const freeAt = Array.from({ length: clients }, () => 0);
  const planned = Array.from({ length: count }, (_, index) => {
    const client = randomBelow(random, clients);
    const start = (freeAt[client] ?? 0) + random.fraction();
    const end = start + random.fraction() * 3;
    freeAt[client] = end;
    const isAnswered = !random.chance(unansweredChance);
    const at = isAnswered ? random.between(start, end) : start + random.fraction() * 30;
    const happens = isAnswered || random.chance(0.5);
    return { call: draw(random, index), start, end: isAnswered ? end : Infinity, at, happens };
  });
  return planned
    .toSorted((a, b) => a.at - b.at)
    .map(({ call, start, end, happens }) => {
      return { call: happens ? object.do(call) : call, start, end };
    });
}

/** Whether any order explains the calls, by trying all. */
function isExplained<Call>(
  calls: readonly TimedCall<Call>[],
  makeObject: () => RealObject<Call>,
  before: readonly Call[] = [],
): boolean {
  if (calls.every(({ end }) => end === Infinity)) return true;
  const firstEnd = Math.min(...calls.map(({ end }) => end));
  return calls.some((one) => {
    if (one.start > firstEnd) return false;
    const object = makeObject();
    for (const call of before) object.do(call);
    const isFine = one.end === Infinity || isDeepStrictEqual(object.do(one.call), one.call);
    const rest = calls.filter((other) => other !== one);
    return isFine && isExplained(rest, makeObject, [...before, one.call]);
  });
}

function timed<Call>(start: number, end: number, call: Call): TimedCall<Call> {
  return { call, start, end };
}

const put = (value: string): RegisterCall => ({ kind: 'put', value });
const get = (value: string | undefined): RegisterCall => ({ kind: 'get', value });
const append = (item: string): ListCall => ({ kind: 'append', item, done: true });
const read = (...items: string[]): ListCall => ({ kind: 'read', newest: undefined, items });

function verdictOfRegister(...calls: TimedCall<RegisterCall>[]): string {
  return checkRegister(calls).kind;
}

function verdictOfList(...calls: TimedCall<ListCall>[]): string {
  return checkList(calls).kind;
}

test('a read that came back after a write shows it', () => {
  assert.equal(verdictOfRegister(timed(0, 1, put('a')), timed(2, 3, get('a'))), 'linearizable');
  assert.equal(verdictOfRegister(timed(0, 1, put('a')), timed(2, 3, get(undefined))), 'broken');
  assert.equal(
    verdictOfRegister(timed(0, 2, put('a')), timed(1, 3, get(undefined))),
    'linearizable',
  );
});

test('once somebody has read a value, nobody reads an older one', () => {
  const write = timed(0, 10, put('a'));
  const first = timed(1, 2, get('a'));
  assert.equal(verdictOfRegister(write, first, timed(3, 4, get('a'))), 'linearizable');
  assert.equal(verdictOfRegister(write, first, timed(3, 4, get(undefined))), 'broken');
});

test('of two puts if absent at the same time one wins', () => {
  const tryPut = (value: string, done: boolean): RegisterCall => {
    return { kind: 'put if absent', value, done };
  };
  assert.equal(
    verdictOfRegister(timed(0, 2, tryPut('a', true)), timed(1, 3, tryPut('b', false))),
    'linearizable',
  );
  assert.equal(
    verdictOfRegister(timed(0, 2, tryPut('a', true)), timed(1, 3, tryPut('b', true))),
    'broken',
  );
  assert.equal(
    verdictOfRegister(timed(0, 2, tryPut('a', false)), timed(1, 3, tryPut('b', false))),
    'broken',
  );
});

test('a call without an answer happens at any later time, or never, and once', () => {
  const lost = timed(0, Infinity, put('lost'));
  const other = timed(1, 2, put('a'));
  assert.equal(verdictOfRegister(lost, other, timed(50, 51, get('lost'))), 'linearizable');
  assert.equal(verdictOfRegister(lost, other, timed(50, 51, get('a'))), 'linearizable');
  assert.equal(
    verdictOfRegister(
      lost,
      timed(1, 2, get('lost')),
      timed(3, 4, put('a')),
      timed(5, 6, get('lost')),
    ),
    'broken',
  );
  // It had not been asked for yet.
  assert.equal(
    verdictOfRegister(timed(0, 1, get('lost')), timed(2, Infinity, put('lost'))),
    'broken',
  );
});

test('an unanswered delete makes room for an unanswered put if absent', () => {
  const calls = [
    timed(0, 1, put('a')),
    timed(2, Infinity, { kind: 'delete' as const, found: false }),
    timed(2, Infinity, { kind: 'put if absent' as const, value: 'b', done: false }),
    timed(5, 6, get('b')),
  ];
  assert.equal(verdictOfRegister(...calls), 'linearizable');
  assert.equal(verdictOfRegister(...calls.toSpliced(1, 1)), 'broken');
});

test('a list keeps the order of its appends, and no item twice', () => {
  const both = [timed(0, 1, append('a')), timed(2, 3, append('b'))];
  assert.equal(verdictOfList(...both, timed(4, 5, read('a', 'b'))), 'linearizable');
  assert.equal(verdictOfList(...both, timed(4, 5, read('b', 'a'))), 'broken');
  assert.equal(verdictOfList(...both, timed(4, 5, append('a'))), 'broken');
  assert.equal(
    verdictOfList(...both, timed(4, 5, { kind: 'read', newest: 1, items: ['b'] })),
    'linearizable',
  );
  const removed = timed(4, 5, { kind: 'remove' as const, item: 'a', done: true });
  assert.equal(verdictOfList(...both, removed, timed(6, 7, read('b'))), 'linearizable');
  assert.equal(verdictOfList(...both, removed, timed(6, 7, read('a', 'b'))), 'broken');
});

test('an append that was retried and applied twice is seen', () => {
  const once = [timed(0, Infinity, append('a')), timed(1, 2, read('a'))];
  const removed = timed(3, 4, { kind: 'remove' as const, item: 'a', done: true });
  assert.equal(verdictOfList(...once, removed), 'linearizable');
  assert.equal(verdictOfList(...once, removed, timed(5, 6, read('a'))), 'broken');
});

test('a broken history tells how far it went and what could not be next', () => {
  const verdict = checkRegister([
    timed(0, 1, put('a')),
    timed(2, 3, get('b')),
    timed(2, 4, get('a')),
  ]);
  assert.ok(verdict.kind === 'broken');
  assert.equal(verdict.depth, 2);
  assert.equal(verdict.state, 'a value');
  assert.deepEqual(
    verdict.next.map(({ call }) => call),
    [get('b')],
  );
});

test('whatever really happened one after the other is linearizable', () => {
  for (let seed = 1; seed <= 200; seed += 1) {
    const shape = {
      random: new SimRandom(seed),
      count: 1 + (seed % 100),
      clients: 1 + (seed % 5),
      unansweredChance: [0, 0, 0.05, 0.2][seed % 4] ?? 0,
    };
    const values = makeHistory({ ...shape, object: new RealRegister(), draw: drawRegisterCall });
    assert.equal(checkRegister(values).kind, 'linearizable', `${seed}`);
    const lists = makeHistory({ ...shape, object: new RealList(), draw: drawListCall });
    assert.equal(checkList(lists).kind, 'linearizable', `${seed}`);
  }
});

test('the search agrees with trying all orders, on true histories and spoilt ones', () => {
  let brokenCount = 0;
  for (let seed = 1; seed <= 1_000; seed += 1) {
    const random = new SimRandom(seed);
    const shape = { random, count: 7, clients: 3, unansweredChance: 0.2 };
    const values = makeHistory({ ...shape, object: new RealRegister(), draw: drawRegisterCall });
    const spoiltValues = spoil(values, random, (call, donor) =>
      call.kind === 'get' && 'value' in donor ? { ...call, value: donor.value } : undefined,
    );
    const lists = makeHistory({ ...shape, object: new RealList(), draw: drawListCall });
    const spoiltLists = spoil(lists, random, (call) =>
      'done' in call ? { ...call, done: !call.done } : undefined,
    );
    const ofValues = checkRegister(spoiltValues).kind;
    const isTrue = isExplained(spoiltValues, () => new RealRegister());
    assert.equal(ofValues, isTrue ? 'linearizable' : 'broken', `seed ${seed}`);
    const ofLists = checkList(spoiltLists).kind;
    const areTrue = isExplained(spoiltLists, () => new RealList());
    assert.equal(ofLists, areTrue ? 'linearizable' : 'broken', `seed ${seed}`);
    brokenCount += (isTrue ? 0 : 1) + (areTrue ? 0 : 1);
  }
  assert.ok(brokenCount > 300, `only ${brokenCount} of 2,000 were broken`);
});

/** One answer is exchanged for a lie, mostly. */
function spoil<Call>(
  calls: readonly TimedCall<Call>[],
  random: SimRandom,
  lie: (call: Call, donor: Call) => Call | undefined,
): TimedCall<Call>[] {
  if (random.chance(0.3)) return [...calls];
  const victim = random.pick(calls);
  const call = lie(victim.call, random.pick(calls).call);
  return calls.map((each) => (each === victim && call !== undefined ? { ...each, call } : each));
}

test('thousands of calls of one key take few steps', () => {
  const shape = { random: new SimRandom(7), count: 4_000, clients: 4, unansweredChance: 0 };
  const values = makeHistory({ ...shape, object: new RealRegister(), draw: drawRegisterCall });
  const lists = makeHistory({ ...shape, object: new RealList(), draw: drawListCall });
  const stepsMax = 200_000;
  assert.equal(checkRegister(values, { stepsMax }).kind, 'linearizable');
  assert.equal(checkList(lists, { stepsMax }).kind, 'linearizable');
});

test('a search that would take too long has no verdict', () => {
  const puts = Array.from({ length: 20 }, (_, index) => timed(0, 100, put(`${index}`)));
  // Whichever of them is the last: two are read after all.
  const calls = [...puts, timed(200, 300, get('3')), timed(200, 300, get('17'))];
  assert.equal(checkRegister(calls, { stepsMax: 1_000 }).kind, 'undecided');
});
