import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { actorLimits } from '../core/limits.ts';
import type { Timers } from '../core/timers.ts';
import { Mailbox } from './mailbox.ts';
import { RunLoop, type Runnable } from './run-loop.ts';

/** What waits for the running callback's end, and what lets sockets and timers go first. */
class StepTimers implements Timers {
  readonly #microtasks: (() => void)[] = [];
  readonly #turns: (() => void)[] = [];

  microtask(callback: () => void): void {
    this.#microtasks.push(callback);
  }

  nextTurn(callback: () => void): void {
    this.#turns.push(callback);
  }

  setTimer(): never {
    throw new Error('the loop needs no timer');
  }

  get turnsAhead(): number {
    return this.#turns.length;
  }

  /** Runs all microtasks, also those that they ask for. Returns how many. */
  settle(): number {
    let count = 0;
    for (let next = this.#microtasks.shift(); next; next = this.#microtasks.shift()) {
      next();
      count += 1;
      assert.ok(count < 1_000, 'microtasks without end: no socket would ever be read');
    }
    return count;
  }

  /** Runs what comes after sockets and timers had their turn. */
  nextTurnNow(): void {
    this.#turns.shift()?.();
    this.settle();
  }
}

interface Actor extends Runnable {
  readonly name: string;
}

function actor(name: string): Actor {
  return { name, mailbox: new Mailbox(), isReady: false };
}

function startLoop(
  handle: (cell: Actor, message: unknown) => void,
  onTurnEnd: () => void = () => {},
  isTurnOver: () => boolean = () => false,
): { loop: RunLoop<Actor>; timers: StepTimers; tell: (to: Actor, count?: number) => void } {
  const timers = new StepTimers();
  const loop = new RunLoop<Actor>(timers, {
    onTurnStart: () => {},
    handle,
    isTurnOver,
    onTurnEnd,
  });
  const tell = (to: Actor, count = 1): void => {
    for (let told = 0; told < count; told += 1) {
      to.mailbox.push(told);
      loop.ready(to);
    }
  };
  return { loop, timers, tell };
}

describe('the run loop', () => {
  test('lets sockets and timers in when messages take their time, however few they are', () => {
    let handled = 0;
    const isTurnOver = (): boolean => handled >= 50;
    const { timers, loop } = startLoop(
      (cell) => {
        handled += 1;
        cell.mailbox.push('again');
      },
      undefined,
      isTurnOver,
    );
    const busy = actor('busy');
    busy.mailbox.push('first');
    loop.ready(busy);
    timers.settle();
    assert.ok(handled >= 50 && handled < 100, `${handled} messages in one turn`);
    timers.nextTurnNow();
    assert.ok(handled > 64, 'it goes on in the next turn');
  });

  test('handles a message in the turn in which it was told', () => {
    let handled = 0;
    const { timers, tell } = startLoop(() => (handled += 1));
    tell(actor('one'), 3);
    assert.equal(handled, 0);
    assert.equal(timers.settle(), 1, 'one turn for all of them');
    assert.equal(handled, 3);
    assert.equal(timers.turnsAhead, 0);
  });

  test('lets sockets and timers in, however long an actor goes on telling itself', () => {
    let handled = 0;
    const endless = actor('endless');
    const { timers, tell } = startLoop((cell) => {
      handled += 1;
      assert.ok(handled < 5 * actorLimits.messagesPerThreadTurn);
      tell(cell);
    });
    tell(endless);
    timers.settle();
    assert.equal(handled, actorLimits.messagesPerThreadTurn);
    assert.equal(timers.turnsAhead, 1);
    timers.nextTurnNow();
    assert.equal(handled, 2 * actorLimits.messagesPerThreadTurn);
  });

  test('lets them in also when many actors have their turn and nothing to do', () => {
    const { timers, tell } = startLoop(() => {});
    for (let count = 0; count <= actorLimits.messagesPerThreadTurn; count += 1) {
      const drained = actor('drained by a loan');
      tell(drained);
      drained.mailbox.pop();
    }
    timers.settle();
    assert.equal(timers.turnsAhead, 1);
  });

  test('lets them in also when the end of each turn asks for another one', () => {
    const { loop, timers } = startLoop(
      () => {},
      () => loop.wake(),
    );
    loop.wake();
    timers.settle();
    assert.equal(timers.turnsAhead, 1);
  });

  test('takes turns: an actor with much to do does not hold up one with little', () => {
    const order: string[] = [];
    const { timers, tell } = startLoop((cell) => order.push(cell.name));
    tell(actor('busy'), 1_000);
    tell(actor('other'));
    timers.settle();
    assert.equal(order.indexOf('other'), actorLimits.messagesPerActorTurn);
    assert.equal(order.length, 1_001);
  });

  test('takes turns: what an actor tells itself comes after what others were told before', () => {
    const order: string[] = [];
    const { timers, tell } = startLoop((cell) => {
      order.push(cell.name);
      if (order.length < 5) tell(cell);
    });
    tell(actor('one'));
    tell(actor('two'));
    timers.settle();
    assert.deepEqual(order.slice(0, 4), ['one', 'two', 'one', 'two']);
  });

  test('gives nothing more to an actor that ended in the middle of its turn', () => {
    const seen: unknown[] = [];
    const { timers, tell } = startLoop((cell, message) => {
      seen.push(message);
      cell.mailbox.close();
    });
    tell(actor('mortal'), 3);
    timers.settle();
    assert.deepEqual(seen, [0]);
  });

  test('comes to the end of a turn again when something is told at the end of one', () => {
    let ends = 0;
    const { loop, timers } = startLoop(
      () => {},
      () => {
        ends += 1;
        if (ends === 1) loop.wake();
      },
    );
    loop.wake();
    timers.settle();
    timers.nextTurnNow();
    assert.equal(ends, 2);
    assert.equal(timers.turnsAhead, 0, 'and then rests');
  });

  test('gives an actor that had its turn another one when it is told again', () => {
    let handled = 0;
    const again = actor('again');
    const { timers, tell } = startLoop(() => (handled += 1));
    for (let round = 1; round <= 3; round += 1) {
      tell(again);
      timers.settle();
      assert.equal(handled, round);
    }
  });
});
