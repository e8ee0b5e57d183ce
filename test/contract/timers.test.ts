import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AssertionFailed } from '../../src/core/assert.ts';
import { worldKinds } from './world.ts';

for (const kind of worldKinds) {
  describe(`timers: ${kind.name}`, () => {
    test('a microtask runs when the running callback has returned, before turns and timers', async () => {
      const world = kind.create();
      const { timers } = world.server;
      const order: string[] = [];
      await world.settle(
        new Promise<void>((resolve) => {
          timers.nextTurn(() => {
            timers.setTimer(0, () => {
              order.push('timer');
              if (order.length === 4) resolve();
            });
            timers.nextTurn(() => {
              order.push('turn');
              if (order.length === 4) resolve();
            });
            timers.microtask(() => order.push('microtask'));
            order.push('callback');
          });
        }),
      );
      assert.deepEqual(order.slice(0, 2), ['callback', 'microtask']);
    });

    test('microtasks run in order, also those that microtasks ask for', async () => {
      const world = kind.create();
      const { timers } = world.server;
      const order: number[] = [];
      await world.settle(
        new Promise<void>((resolve) => {
          timers.microtask(() => {
            order.push(1);
            timers.microtask(() => order.push(3));
          });
          timers.microtask(() => order.push(2));
          timers.nextTurn(resolve);
        }),
      );
      assert.deepEqual(order, [1, 2, 3]);
    });

    test('turns come in order, and one asked for in a turn comes after those that wait', async () => {
      const world = kind.create();
      const { timers } = world.server;
      const order: number[] = [];
      await world.settle(
        new Promise<void>((resolve) => {
          timers.nextTurn(() => {
            order.push(1);
            timers.nextTurn(() => {
              order.push(3);
              resolve();
            });
          });
          timers.nextTurn(() => order.push(2));
        }),
      );
      assert.deepEqual(order, [1, 2, 3]);
    });

    test('a timer is never early', async () => {
      const world = kind.create();
      const { timers, clock } = world.server;
      for (const delayMs of [0, 0.5, 1, 1.7, 3, 7.3]) {
        const startMs = clock.monotonicMs();
        await world.settle(new Promise<void>((resolve) => timers.setTimer(delayMs, resolve)));
        const tookMs = clock.monotonicMs() - startMs;
        assert.ok(tookMs >= delayMs, `${delayMs} ms took ${tookMs}`);
      }
    });

    test('a cancelled timer is not called, and cancelling again does nothing', async () => {
      const world = kind.create();
      const { timers } = world.server;
      let wasCalled = false;
      const timer = timers.setTimer(1, () => (wasCalled = true));
      timer.cancel();
      timer.cancel();
      await world.settle(new Promise<void>((resolve) => timers.setTimer(20, resolve)));
      assert.equal(wasCalled, false);
    });

    test('cancelling a timer that was called does nothing', async () => {
      const world = kind.create();
      const { timers } = world.server;
      let calls = 0;
      await world.settle(
        new Promise<void>((resolve) => {
          const timer = timers.setTimer(1, () => {
            calls++;
            timer.cancel();
            resolve();
          });
        }),
      );
      assert.equal(calls, 1);
    });

    test('a timer may be set further ahead than 2³¹ milliseconds', async () => {
      const world = kind.create();
      const { timers } = world.server;
      let wasCalled = false;
      const timer = timers.setTimer(2 ** 31 + 1_000, () => (wasCalled = true));
      await world.settle(new Promise<void>((resolve) => timers.setTimer(20, resolve)));
      timer.cancel();
      assert.equal(wasCalled, false);
    });

    test('a timer cannot be set into the past', () => {
      const { timers } = kind.create().server;
      assert.throws(() => timers.setTimer(-1, () => {}), AssertionFailed);
      assert.throws(() => timers.setTimer(NaN, () => {}), AssertionFailed);
    });
  });
}
