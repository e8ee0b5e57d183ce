import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { historyPath, readHistory, writeHistory } from './history-file.ts';

let folder: string;

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'atoll-history-'));
});

after(() => rmSync(folder, { recursive: true }));

test('typed lines are kept in the state folder, for the user alone', () => {
  const path = historyPath({ XDG_STATE_HOME: folder });
  assert.equal(path, join(folder, 'atoll', 'cmud-history'));
  writeHistory(path, ['newest', 'older']);
  assert.deepEqual(readHistory(path), ['newest', 'older']);
  assert.equal(statSync(path).mode & 0o777, 0o600);
});

test('a history that cannot be read or written ends nothing', () => {
  assert.deepEqual(readHistory(join(folder, 'nothing')), []);
  writeHistory('/dev/null/impossible', ['line']);
});
