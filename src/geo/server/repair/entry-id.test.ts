import assert from 'node:assert/strict';
import { test } from 'node:test';

import { EntryReplica, type Write } from '../../../../test/support/entry-replica.ts';
import { EntryIds } from './entry-id.ts';

const sample: Write = {
  key: 'player/',
  value: 'v',
  wallMs: 1_750_000_000_000,
  counter: 7,
  origin: 'a/1',
};

function idOf(write: Write, replica = new EntryReplica()): string {
  const reference = replica.write(write);
  const ids = new EntryIds(replica.replica.origins);
  ids.read(replica.replica.table, reference);
  return `${ids.high.toString(16)} ${ids.low.toString(16)}`;
}

test('an entry has the same id whatever the number of its origin, its place, its value and its end', () => {
  const other = new EntryReplica('another one');
  for (let index = 0; index < 5; index += 1) {
    other.write({ ...sample, key: `${index}`, origin: `o${index}` });
  }
  assert.equal(idOf({ ...sample, value: undefined, expiryMs: 5 }, other), idOf(sample));
});

test('another key, stamp or origin makes another id, in both halves', () => {
  const others: Partial<Write>[] = [
    { key: 'player/2' },
    { key: 'player/\0' },
    { wallMs: sample.wallMs + 1 },
    // The same low 32 bits.
    { wallMs: sample.wallMs - 2 ** 32 },
    { counter: 8 },
    { counter: 0xffff_ffff },
    { origin: 'a/2' },
  ];
  const ids = [{}, ...others].map((other) => idOf({ ...sample, ...other }).split(' '));
  for (const half of [0, 1]) assert.equal(new Set(ids.map((id) => id[half])).size, ids.length);
});

test('the halves of the ids of keys that count up collide no more often than chance has it', () => {
  const replica = new EntryReplica();
  const ids = new EntryIds(replica.replica.origins);
  const [highs, lows] = [new Set<number>(), new Set<number>()];
  const count = 60_000;
  for (let index = 0; index < count; index += 1) {
    const key = `key:${String(index).padStart(12, '0')}`;
    const write = { ...sample, key, wallMs: sample.wallMs + (index >> 4), counter: index & 15 };
    ids.read(replica.replica.table, replica.write(write));
    highs.add(ids.high);
    lows.add(ids.low);
  }
  // In the mean 0.42 of each; ten are as good as impossible.
  assert.ok(highs.size > count - 10, `${count - highs.size} collide`);
  assert.ok(lows.size > count - 10, `${count - lows.size} collide`);
});
