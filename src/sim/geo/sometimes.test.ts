import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reachableStates, Sometimes } from './sometimes.ts';

test('a ledger counts in how many runs a state was reached, not how often', () => {
  const all = new Sometimes();
  for (let run = 0; run < 3; run += 1) {
    const one = new Sometimes();
    one.reach('a value ended');
    one.reach('a value ended');
    if (run === 0) one.reach('a put found nobody');
    all.add(one);
  }
  assert.equal(all.count('a value ended'), 3);
  assert.equal(all.count('a put found nobody'), 1);
  const required = ['a value ended', 'a disk was full'] as const;
  assert.deepEqual(all.missing(required), ['a disk was full']);
});

test('nothing is asked of servers that they cannot come to', () => {
  const alone = reachableStates({ serversMax: 1, durabilities: ['memory'], plantedBugs: [] });
  assert.ok(!alone.includes('a disk was full'));
  assert.ok(!alone.includes('a tombstone waited for a server that was away'));
  const every = reachableStates({ serversMax: 2, durabilities: ['fsync'], plantedBugs: [] });
  assert.ok(every.includes('a disk was full'));
  assert.ok(every.includes('a tombstone waited for a server that was away'));
});
