import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { keepNodeCount, readNodeCount } from './node-count.ts';

test('a folder tells how many nodes it was begun with, and nothing if it is new', async (t) => {
  const folder = join(temporaryFolder(t), 'deep', 'data');
  assert.equal(await readNodeCount(folder), undefined);
  await keepNodeCount(folder, 3);
  assert.equal(await readNodeCount(folder), 3);
  assert.deepEqual(readdirSync(folder), ['ring.json']);
});

test('what does not say how many is refused with its path', async (t) => {
  const folder = temporaryFolder(t);
  for (const text of ['', '{}', 'null', '{"nodes":0}', '{"nodes":"2"}']) {
    writeFileSync(join(folder, 'ring.json'), text);
    await assert.rejects(readNodeCount(folder), {
      code: 'USAGE',
      message: /ring\.json does not say/,
    });
  }
});
