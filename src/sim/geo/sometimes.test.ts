import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reachableStates } from './sometimes.ts';

test('nothing is asked of servers that they cannot come to', () => {
  const alone = reachableStates({ serversMax: 1, durabilities: ['memory'], plantedBugs: [] });
  assert.ok(!alone.includes('a disk was full'));
  assert.ok(!alone.includes('a tombstone waited for a server that was away'));
  const every = reachableStates({ serversMax: 2, durabilities: ['fsync'], plantedBugs: [] });
  assert.ok(every.includes('a disk was full'));
  assert.ok(every.includes('a tombstone waited for a server that was away'));
});
