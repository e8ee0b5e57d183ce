import assert from 'node:assert/strict';
import { test } from 'node:test';

import { isUserName } from './user-name.ts';

test('names have 1 to 30 lower-case letters, digits and _, and nothing else', () => {
  for (const name of ['a', 'heather_7', 'x'.repeat(30)]) assert.ok(isUserName(name), name);
  for (const name of ['', 'x'.repeat(31), 'Heather', 'a:b', 'a-b', 'a b', 'é', 'a\n', '../a']) {
    assert.equal(isUserName(name), false, name);
  }
});
