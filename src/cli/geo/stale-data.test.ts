import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { setDataAside } from './stale-data.ts';

test('data that is set aside is all there, and what was set aside before too', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'atoll-stale-'));
  await writeFile(join(folder, 'boot'), 'who');
  await writeFile(join(folder, 'journal-1.log'), 'what');
  await mkdir(join(folder, 'stale-earlier'));
  const aside = await setDataAside(folder, new Date(0));
  assert.equal(aside, join(folder, 'stale-1970-01-01T00-00-00-000Z'));
  assert.deepEqual((await readdir(folder)).toSorted(), [
    'stale-1970-01-01T00-00-00-000Z',
    'stale-earlier',
  ]);
  assert.deepEqual((await readdir(aside)).toSorted(), ['boot', 'journal-1.log']);
  assert.equal(await readFile(join(aside, 'boot'), 'utf8'), 'who');
  await rm(folder, { recursive: true });
});
