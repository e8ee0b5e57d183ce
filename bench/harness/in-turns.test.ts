import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measureInTurns, medianOf, ratioOf, summarize } from './in-turns.ts';

test('A and B are measured alternately, and neither always goes first', async () => {
  const order: string[] = [];
  const turns = await measureInTurns({
    rounds: 3,
    a: () => Promise.resolve({ at: order.push('a') }),
    b: () => Promise.resolve({ at: order.push('b') }),
  });
  assert.deepEqual(order, ['a', 'b', 'b', 'a', 'a', 'b']);
  assert.deepEqual(turns, {
    a: [{ at: 1 }, { at: 4 }, { at: 5 }],
    b: [{ at: 2 }, { at: 3 }, { at: 6 }],
  });
});

test('a ratio is taken within each round, so that a slow minute slows both of its sides', () => {
  const turns = {
    a: [{ rps: 100 }, { rps: 10 }, { rps: 300 }],
    b: [{ rps: 50 }, { rps: 5 }, { rps: 100 }],
  };
  assert.deepEqual(ratioOf(turns, 'rps', '× B'), { value: 2, unit: '× B', min: 2, max: 3 });
});

test('the median of an even number of values lies between the middle two', () => {
  assert.deepEqual(summarize([4, 1, 3, 2], 'µs'), { value: 2.5, unit: 'µs', min: 1, max: 4 });
  assert.equal(medianOf([{ us: 7 }, { us: 1 }, { us: 3 }], 'us', 'µs').value, 3);
});

test('nothing has no median', () => {
  assert.throws(() => summarize([], 'µs'), /a summary needs a value/);
});
