import assert from 'node:assert/strict';
import { test } from 'node:test';

import { commandOf } from '../../../../test/support/command-of.ts';
import { SimRandom } from '../../../sim/sim-random.ts';
import { ArenaTable } from '../arena/arena-table.ts';
import { Replica } from '../replica.ts';
import { SlicedWork } from '../sync/sliced-work.ts';
import type { CheckOutcome, SyncNote } from '../sync/sync-note.ts';
import { answerCheck } from './answer-check.ts';
import { printLive } from './live-print.ts';

const nowMs = 1_750_000_000_000;
const untilMs = nowMs + 60_000;

class Checked {
  readonly replica: Replica;
  knowledge = 7;
  readonly #turns: (() => void)[] = [];
  readonly #works: SlicedWork;

  constructor(keys: readonly string[]) {
    const random = new SimRandom(1);
    this.replica = new Replica({ uid: 'a.1.1', table: new ArenaTable(random), random });
    this.#works = new SlicedWork(() => void this.#turns.push(() => this.#works.goOn()));
    for (const key of keys) this.put(key);
  }

  put(key: string): void {
    this.replica.begin(nowMs);
    this.replica.put(commandOf('SET', key, 'value'), 1, 2, 0);
  }

  /** The question that this one would ask. */
  check(): Extract<SyncNote, { kind: 'check' }> {
    let print: number[] = [];
    printLive(this.replica, untilMs, this.#works, (mine) => {
      assert.ok(mine !== undefined);
      print = [mine.count, mine.high, mine.low];
    });
    this.#goOn();
    return { kind: 'check', number: 1, knowledge: this.knowledge, untilMs, print };
  }

  answer(check: Extract<SyncNote, { kind: 'check' }>, meanwhile = (): void => {}): CheckOutcome[] {
    const { replica } = this;
    const outcomes: CheckOutcome[] = [];
    const checked = { replica, works: this.#works, knowledge: () => this.knowledge };
    answerCheck(checked, check, (outcome) => outcomes.push(outcome));
    meanwhile();
    this.#goOn();
    return outcomes;
  }

  #goOn(): void {
    for (let turn = this.#turns.shift(); turn !== undefined; turn = this.#turns.shift()) turn();
  }
}

test('a replica that knows and has the same says that the two are equal', () => {
  const check = new Checked(['a', 'b']).check();
  assert.deepEqual(new Checked(['a', 'b']).answer(check), ['equal']);
});

test('a replica that knows the same and lacks an entry says that the two differ', () => {
  const check = new Checked(['a', 'b']).check();
  assert.deepEqual(new Checked(['a']).answer(check), ['different']);
});

test('a replica that does not know the same is busy, whatever it has', () => {
  const check = new Checked(['a']).check();
  const other = new Checked(['a']);
  other.knowledge = 8;
  assert.deepEqual(other.answer(check), ['busy']);
});

test('a replica that changes, or learns, while it counts is busy', () => {
  const check = new Checked(['a']).check();
  const [changing, learning] = [new Checked(['a']), new Checked(['a'])];
  assert.deepEqual(
    changing.answer(check, () => changing.put('b')),
    ['busy'],
  );
  assert.deepEqual(
    learning.answer(check, () => (learning.knowledge = 8)),
    ['busy'],
  );
});
