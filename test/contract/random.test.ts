import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { randomBelow, randomHex } from '../../src/core/random.ts';
import { worldKinds } from './world.ts';

for (const kind of worldKinds) {
  describe(`random: ${kind.name}`, () => {
    test('fractions are from 0 to below 1, and all over the range', () => {
      const { random } = kind.create().server;
      const counts = Array.from({ length: 10 }, () => 0);
      for (let draw = 0; draw < 10_000; draw++) {
        const fraction = random.fraction();
        assert.ok(fraction >= 0 && fraction < 1);
        const tenth = Math.floor(fraction * 10);
        counts[tenth] = (counts[tenth] ?? 0) + 1;
      }
      // Of 10,000 draws 1,000 are expected in each tenth, with a deviation of 30: 8 deviations are allowed.
      for (const count of counts) assert.ok(Math.abs(count - 1_000) < 240, counts.join(' '));
    });

    test('whole numbers reach both ends of their range', () => {
      const { random } = kind.create().server;
      const drawn = new Set<number>();
      for (let draw = 0; draw < 1_000; draw++) drawn.add(randomBelow(random, 3));
      assert.deepEqual(drawn, new Set([0, 1, 2]));
    });

    test('bytes are as many as asked for, and others each time', () => {
      const { random } = kind.create().server;
      assert.equal(random.bytes(0).length, 0);
      assert.equal(random.bytes(100_000).length, 100_000);
      assert.notDeepEqual(random.bytes(16), random.bytes(16));
      assert.match(randomHex(random, 8), /^[0-9a-f]{16}$/);
    });
  });
}
