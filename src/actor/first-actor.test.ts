import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { firstActorOf } from './first-actor.ts';

describe('the first actor of a system', () => {
  test('is the first that its thread 0 gave a counter to on itself', () => {
    assert.deepEqual(
      [1, 2, 256].map((threads) => firstActorOf(`far:7000#boot1.${threads}`)?.counter),
      [1, 4, 65_536],
    );
    assert.equal(firstActorOf('far:7000#boot1.2')?.uid(), 'far:7000#boot1.2/4');
  });

  test('of what is no address is nobody', () => {
    for (const text of ['', 'far:7000', 'far:7000#boot1', 'far:7000#boot1.0', 'far#boot1.1']) {
      assert.equal(firstActorOf(text), undefined);
    }
  });
});
