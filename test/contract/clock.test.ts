import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { worldKinds } from './world.ts';

for (const kind of worldKinds) {
  describe(`clock: ${kind.name}`, () => {
    test('the wall clock shows whole milliseconds of our age', () => {
      const { clock } = kind.create().server;
      assert.ok(Number.isSafeInteger(clock.wallMs()));
      // 2025-01-01: a clock in seconds or microseconds is far off on one side or the other.
      assert.ok(clock.wallMs() > 1_735_689_600_000 && clock.wallMs() < 1_735_689_600_000 * 10);
    });

    test('monotonic time moves on with the timers and never back', async () => {
      const world = kind.create();
      const { clock, timers } = world.server;
      const firstMs = clock.monotonicMs();
      let lastMs = firstMs;
      for (let turn = 0; turn < 20; turn++) {
        await world.settle(new Promise<void>((resolve) => timers.setTimer(0.1, resolve)));
        const nowMs = clock.monotonicMs();
        assert.ok(nowMs >= lastMs);
        lastMs = nowMs;
      }
      assert.ok(lastMs > firstMs);
    });
  });
}
