import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from 'fast-check';

import { EntryReplica, type Write } from '../../../../test/support/entry-replica.ts';
import { AtollError } from '../../../core/errors.ts';
import { geoLimits } from '../../../core/limits.ts';
import { compareStamps } from '../../stamp.ts';
import type { EntryView } from './entry-view.ts';
import { answerReconciliation, openReconciliation } from './reconciler.ts';

type Side = 'one' | 'other' | 'both';

/** Writes that were taken by one side, or have already come to both. */
interface Batch {
  readonly side: Side;
  readonly count: number;
  /** Of keys that may have been written before. */
  readonly isAgain: boolean;
  readonly isDelete: boolean;
  readonly wallMs: number;
  /** Counters beyond what a sort key holds: only ids tell these entries apart. */
  readonly isCrowded: boolean;
}

const batches: fc.Arbitrary<Batch[]> = fc.array(
  fc.record({
    side: fc.constantFrom<Side>('one', 'other', 'both'),
    count: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 400 })),
    isAgain: fc.boolean(),
    isDelete: fc.boolean(),
    wallMs: fc.oneof(fc.nat(3), fc.nat(2_000_000_000_000)),
    isCrowded: fc.boolean(),
  }),
  { maxLength: 10 },
);

/** Two replicas that reconcile. */
class Couple {
  readonly one = new EntryReplica('one');
  readonly other = new EntryReplica('other');
  messages: Uint8Array[] = [];
  /** Entries that were sent in both directions, and asked for, in the last reconciliation. */
  sent = 0;
  wanted = 0;
  #writes = 0;

  apply({ side, count, isAgain, isDelete, wallMs, isCrowded }: Batch): void {
    for (let index = 0; index < count; index += 1) {
      this.#writes += 1;
      const write: Write = {
        key: isAgain ? `k${(this.#writes * 7) % 500}` : `new ${this.#writes}`,
        value: isDelete ? undefined : `value ${this.#writes}`,
        wallMs: isCrowded ? wallMs : wallMs + index,
        counter: isCrowded ? 5_000 + this.#writes : this.#writes,
        origin: `origin/${this.#writes % 3}`,
      };
      if (side !== 'other') this.one.write(write);
      if (side !== 'one') this.other.write(write);
    }
  }

  /** Exchanges messages to the end. Views are made anew for each if `between` changes the tables. */
  reconcile(options: { readonly bytesMax?: number; readonly between?: () => void } = {}): void {
    const { bytesMax = geoLimits.repairMessageBytesMax, between } = options;
    const views = new Map<EntryReplica, EntryView>();
    const viewOf = (replica: EntryReplica): EntryView => {
      const view = views.get(replica) ?? replica.view();
      if (between === undefined) views.set(replica, view);
      return view;
    };
    [this.messages, this.sent, this.wanted] = [[], 0, 0];
    const packs: [to: EntryReplica, pack: Uint8Array][] = [];
    let [from, to] = [this.one, this.other];
    let message: Uint8Array | undefined = openReconciliation(viewOf(from));
    while (message !== undefined) {
      this.messages.push(message);
      assert.ok(message.length <= bytesMax);
      assert.ok(this.messages.length <= geoLimits.repairRoundsMax);
      between?.();
      const { reply, toSend, wantedCount } = answerReconciliation(viewOf(to), message, bytesMax);
      packs.push([from, to.pack(toSend)]);
      this.sent += toSend.length;
      this.wanted += wantedCount;
      message = reply;
      [from, to] = [to, from];
    }
    // What is merged changes the tables, and views are of a moment: so it is merged at the end.
    for (const [replica, pack] of packs) replica.merge(pack);
  }

  /** The latest write of each key that either side has. */
  union(): Map<string, Write> {
    const latest = this.one.contents();
    for (const [key, write] of this.other.contents()) {
      const known = latest.get(key);
      if (known === undefined || compareStamps(write, known) > 0) latest.set(key, write);
    }
    return latest;
  }

  assertBothHave(expected: Map<string, Write>): void {
    assert.deepEqual(this.one.contents(), expected);
    assert.deepEqual(this.other.contents(), expected);
  }
}

function coupleOf(all: readonly Batch[]): Couple {
  const couple = new Couple();
  for (const batch of all) couple.apply(batch);
  return couple;
}

const batch: Batch = {
  side: 'both',
  count: 1,
  isAgain: false,
  isDelete: false,
  wallMs: 1_750_000_000_000,
  isCrowded: false,
};

describe('replicas that reconcile', () => {
  test('have all that either had, by the later stamp, and then find themselves equal', () => {
    fc.assert(
      fc.property(batches, (all) => {
        const couple = coupleOf(all);
        const expected = couple.union();
        couple.reconcile();
        couple.assertBothHave(expected);
        couple.reconcile();
        assert.deepEqual([couple.messages.length, couple.sent], [1, 0]);
      }),
    );
  });

  test('come to an end also while their tables change, and agree once they do not', () => {
    fc.assert(
      fc.property(batches, batches, (before, during) => {
        const couple = coupleOf(before);
        const rest = [...during, ...during];
        couple.reconcile({
          between: () => {
            for (const each of rest.splice(0, 2)) couple.apply(each);
          },
        });
        const expected = couple.union();
        couple.reconcile();
        couple.assertBothHave(expected);
      }),
    );
  });

  test('do not answer the last round, whatever differs', () => {
    const couple = coupleOf([
      { ...batch, count: 400 },
      { ...batch, side: 'one', count: 9 },
    ]);
    const message = openReconciliation(couple.one.view());
    const view = couple.other.view();
    const replyTo = (round: number): Uint8Array | undefined =>
      answerReconciliation(view, message.with(0, round)).reply;
    assert.notEqual(replyTo(geoLimits.repairRoundsMax - 1), undefined);
    assert.equal(replyTo(geoLimits.repairRoundsMax), undefined);
  });

  test('by messages that are too short for all get further each time, until they agree', () => {
    const couple = new Couple();
    for (let index = 0; index < 300; index += 1) {
      couple.apply({ ...batch, count: 30, wallMs: batch.wallMs + index * 100 });
      couple.apply({
        ...batch,
        side: index % 2 === 0 ? 'one' : 'other',
        wallMs: batch.wallMs + index * 100 + 50,
      });
    }
    const expected = couple.union();
    let rounds = 0;
    do {
      couple.reconcile({ bytesMax: 1_024 });
      rounds += 1;
      assert.ok(couple.sent > 0 || couple.messages.length === 1, 'something was found');
    } while (couple.messages.length > 1);
    couple.assertBothHave(expected);
    assert.ok(rounds > 10 && rounds < 300, `${rounds} rounds`);
  });

  test('send each entry once, and ask for those that the other one names', () => {
    const couple = coupleOf([
      { ...batch, count: 1_000 },
      { ...batch, side: 'one', count: 3 },
      { ...batch, side: 'other', count: 5 },
    ]);
    couple.reconcile();
    assert.equal(couple.sent, 8);
    assert.ok(couple.wanted === 3 || couple.wanted === 5, `${couple.wanted} wanted`);
  });

  test('one of which has nothing send everything, in the order of the stamps', () => {
    for (const [side, messageCount] of [
      ['one', 2],
      ['other', 1],
    ] as const) {
      const couple = coupleOf([
        { ...batch, side, count: 40 },
        { ...batch, side, count: 40, wallMs: 1 },
      ]);
      couple.reconcile();
      assert.deepEqual([couple.sent, couple.messages.length], [80, messageCount]);
      assert.equal(couple.wanted, messageCount === 2 ? 80 : 0);
      couple.assertBothHave(couple.union());
    }
    const [empty, full] = [
      new EntryReplica().view(),
      coupleOf([
        { ...batch, count: 40 },
        { ...batch, count: 40, wallMs: 1 },
      ]).one.view(),
    ];
    const { toSend } = answerReconciliation(full, openReconciliation(empty));
    assert.deepEqual(toSend, full.places(0, 80));
  });

  test('and are equal say so with one message of 400 bytes at most, however many and old the entries', () => {
    const couple = new Couple();
    for (let index = 0; index < 2_000; index += 1) {
      couple.apply({ ...batch, wallMs: index * 999_999_937, isCrowded: index % 3 === 0 });
    }
    couple.reconcile();
    assert.equal(couple.messages.length, 1);
    assert.ok(
      (couple.messages[0]?.length ?? Infinity) <= 400,
      `${couple.messages[0]?.length} bytes`,
    );
  });

  test('find themselves equal also where bounds of parts are as round as stamps', () => {
    const couple = new Couple();
    for (let index = 0; index < 64; index += 1) {
      const write = {
        key: `k${index}`,
        value: '',
        wallMs: (index + 1) * 256,
        counter: 0,
        origin: 'o',
      };
      couple.one.write(write);
      couple.other.write(write);
    }
    couple.reconcile();
    assert.equal(couple.messages.length, 1);
  });

  test('of which one lacks the latest thousand find that with some hundred bytes', () => {
    const couple = coupleOf([
      { ...batch, count: 20_000 },
      { ...batch, side: 'one', count: 1_000, wallMs: batch.wallMs + 30_000 },
    ]);
    couple.reconcile();
    const bytes = couple.messages.reduce((sum, { length }) => sum + length, 0);
    assert.equal(couple.sent, 1_000);
    assert.ok(bytes < 1_000, `${bytes} bytes`);
  });
});

describe('a message of another one', () => {
  test('cut anywhere or with any bytes changed is answered or refused with FRAME_INVALID', () => {
    const couple = coupleOf([
      { ...batch, count: 300 },
      { ...batch, side: 'one', count: 40, isCrowded: true },
      { ...batch, side: 'other', count: 60, isAgain: true },
    ]);
    const view = couple.other.view();
    couple.reconcile();
    const { messages } = couple;
    assert.ok(messages.length >= 3);
    const answer = (message: Uint8Array): void => {
      try {
        const { toSend } = answerReconciliation(view, message);
        assert.ok(toSend.length <= view.count);
      } catch (error) {
        assert.ok(error instanceof AtollError && error.code === 'FRAME_INVALID', String(error));
      }
    };
    for (const message of messages) {
      for (let length = 0; length < message.length; length += 1)
        answer(message.subarray(0, length));
    }
    const change = fc.tuple(fc.nat(), fc.nat(255));
    fc.assert(
      fc.property(fc.nat(), fc.array(change, { minLength: 1, maxLength: 5 }), (which, changes) => {
        const mutated = Uint8Array.from(messages[which % messages.length] ?? []);
        for (const [at, byte] of changes) mutated[at % mutated.length] = byte;
        answer(mutated);
      }),
      { numRuns: 3_000 },
    );
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), answer), { numRuns: 3_000 });
  });
});
