import assert from 'node:assert/strict';
import { test } from 'node:test';

import { whenThere } from './when-there.ts';

test('a value at hand is gone on with in the same turn', () => {
  assert.equal(
    whenThere(1, (value) => value + 1),
    2,
  );
});

test('a value that comes is waited for', async () => {
  const result = whenThere(Promise.resolve(1), (value) => value + 1);
  assert.ok(result instanceof Promise);
  assert.equal(await result, 2);
});

test('what goes wrong later rejects', async () => {
  const fail = (): number => {
    throw new Error('late');
  };
  await assert.rejects(async () => await whenThere(Promise.resolve(1), fail), /late/);
});
