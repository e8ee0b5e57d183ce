import assert from 'node:assert/strict';
import { test } from 'node:test';

import { formatDescription, parseDescription } from './description.ts';

const description = { clusterId: '0123456789abcdef', id: 'fedcba9876543210', at: '10.0.0.1:7000' };

test('a description is what it was made of', () => {
  assert.deepEqual(parseDescription(formatDescription(description)), description);
  const at = '[::1]:7000';
  assert.deepEqual(parseDescription(formatDescription({ ...description, at })).at, at);
});

test('what a later version adds does not matter', () => {
  const text = JSON.stringify({ ...description, color: 'green' });
  assert.deepEqual(parseDescription(text), description);
});

test('what is no description is refused with what was expected and what came', () => {
  for (const text of [
    '',
    'nonsense',
    'null',
    '[]',
    '{}',
    JSON.stringify({ ...description, clusterId: 'short' }),
    JSON.stringify({ ...description, id: '../../etc/passwd' }),
    JSON.stringify({ ...description, at: 'nowhere' }),
    JSON.stringify({ ...description, at: 7 }),
  ]) {
    assert.throws(() => parseDescription(text), {
      code: 'USAGE',
      message: /as its ready line has/,
    });
  }
  const long = 'x'.repeat(500);
  assert.throws(
    () => parseDescription(long),
    (error: Error) => error.message.length < 200,
  );
});
