import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { actorLimits } from '../core/limits.ts';
import { CounterSpace } from './counter-space.ts';
import { UnbornMail } from './unborn-mail.ts';

describe('the counters of a system', () => {
  test('are never given out twice, and tell their owner and creator', () => {
    const threads = 3;
    const spaces = Array.from(
      { length: threads },
      (_, thread) => new CounterSpace(thread, threads),
    );
    const given = new Set<number>();
    fc.assert(
      fc.property(fc.nat(threads - 1), fc.nat(threads - 1), (creator, owner) => {
        const space = spaces[creator];
        assert.ok(space !== undefined);
        const counter = space.next(owner);
        assert.ok(!given.has(counter));
        given.add(counter);
        assert.equal(counter % threads, owner);
        assert.equal(space.creatorOf(counter), creator);
        assert.ok(space.ordinalOf(counter) >= 1);
      }),
    );
  });
});

describe('a message for an actor whose start is on its way', () => {
  const creator = new CounterSpace(0, 3);
  const mail = new UnbornMail(2, new CounterSpace(2, 3));
  const first = creator.next(2);
  const second = creator.next(2);

  test('is held and handed out in order when the actor starts', () => {
    assert.ok(mail.hold(first, 'one'));
    assert.ok(mail.hold(second, 'other'));
    assert.ok(mail.hold(first, 'two'));
    assert.deepEqual(mail.take(first), ['one', 'two']);
    assert.deepEqual(mail.take(second), ['other']);
  });

  test('is not held for an actor that started before: that one ended', () => {
    assert.ok(!mail.hold(first, 'late'));
  });

  test('is not held for an actor of this thread itself', () => {
    assert.ok(!mail.hold(new CounterSpace(2, 3).next(2), 'late'));
  });

  test('is not held for an actor that would be another thread’s', () => {
    const many = Array.from({ length: 10 }, () => creator.next(1));
    for (const astray of many) assert.ok(!mail.hold(astray, 'astray'));
  });

  test('is handed out once, and gives its place to others', () => {
    const third = creator.next(2);
    assert.ok(mail.hold(third, 'one'));
    assert.deepEqual(mail.take(third), ['one']);
    assert.deepEqual(mail.take(third), []);
    assert.equal(mail.clear(), 0);
  });

  test('is held up to a bound', () => {
    const stranger = creator.next(2);
    for (let count = 0; count < actorLimits.messagesBeforeStartMax; count += 1) {
      assert.ok(mail.hold(stranger, count));
    }
    assert.ok(!mail.hold(stranger, 'too many'));
    assert.equal(mail.clear(), actorLimits.messagesBeforeStartMax);
    assert.ok(mail.hold(stranger, 'one more'));
  });
});
