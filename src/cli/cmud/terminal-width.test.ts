import assert from 'node:assert/strict';
import { test } from 'node:test';

import { terminalWidth } from './terminal-width.ts';

test('a terminal that does not know its size, and a pipe, are as wide as terminals used to be', () => {
  assert.deepEqual([undefined, 0, 1, 132].map(terminalWidth), [80, 80, 1, 132]);
});
