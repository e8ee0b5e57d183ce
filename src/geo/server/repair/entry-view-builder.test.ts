import assert from 'node:assert/strict';
import { test } from 'node:test';

import { EntryReplica } from '../../../../test/support/entry-replica.ts';
import { EntryViewBuilder } from './entry-view-builder.ts';

function newBuilder({ replica }: EntryReplica): EntryViewBuilder {
  return new EntryViewBuilder(replica.table, replica.origins);
}

test('a view has all entries, tombstones too, in the order of their stamps', () => {
  const replica = new EntryReplica();
  const stamps = [
    [5, 1],
    [5, 0],
    [2_000_000_000_000, 9_999],
    [4, 4_095],
    [1_024, 0],
  ] as const;
  for (const [index, [wallMs, counter]] of stamps.entries()) {
    const value = index % 2 === 0 ? 'v' : undefined;
    replica.write({ key: `k${index}`, value, wallMs, counter, origin: 'o' });
  }
  const view = replica.view();
  assert.deepEqual([...view.places(0, view.count)], [3, 1, 0, 4, 2]);
  const expected = [4 * 4_096 + 4_095, 5 * 4_096, 5 * 4_096 + 1, 1_024 * 4_096];
  expected.push(2_000_000_000_000 * 4_096 + 4_095);
  assert.deepEqual(
    expected.map((_, index) => view.sortKey(index)),
    expected,
  );
});

test('stamps of any year are ordered, those of far years by their ids only', () => {
  const replica = new EntryReplica();
  for (const [index, wallMs] of [2 ** 53 - 1, 2 ** 41, 0].entries()) {
    replica.write({ key: `k${index}`, value: '', wallMs, counter: 0xffff_ffff, origin: 'o' });
  }
  const view = replica.view();
  assert.deepEqual(
    [0, 1, 2].map((index) => view.sortKey(index)),
    [4_095, 2 ** 53 - 1, 2 ** 53 - 1],
  );
  assert.ok(view.idHigh(1) < view.idHigh(2));
});

test('a view that is built while entries come and go has those that stay', () => {
  const replica = new EntryReplica();
  const write = (key: string, wallMs: number): number =>
    replica.write({ key, value: 'v', wallMs, counter: 0, origin: 'o' });
  for (let index = 0; index < 500; index += 1) write(`stays/${index}`, 1_000 + index);
  for (let index = 0; index < 500; index += 1) write(`goes/${index}`, 2_000 + index);
  const { table } = replica.replica;
  const builder = newBuilder(replica);
  let round = 0;
  for (; builder.step(10); round += 1) {
    const gone = table.find(Buffer.from(`goes/${round}`), 0, `goes/${round}`.length);
    if (gone >= 0) table.bury(gone);
    table.dropTombstones(1);
    write(`comes/${round}`, 3_000 + round);
    write(`comes/${round}/too`, 3_000 + round);
  }
  assert.ok(round > 500);
  const view = builder.view();
  const stay = Array.from({ length: 500 }, (_, index) => index);
  assert.deepEqual([...view.places(0, 500)], stay);
});

test('the view of an empty table, and of one that is emptied meanwhile, is empty', () => {
  const replica = new EntryReplica();
  assert.equal(replica.view().count, 0);
  replica.write({ key: 'k', value: undefined, wallMs: 1, counter: 0, origin: 'o' });
  const builder = newBuilder(replica);
  replica.replica.table.dropTombstones(1);
  while (builder.step(1));
  assert.equal(builder.view().count, 0);
});

test('a slice with long keys visits fewer entries', () => {
  const replica = new EntryReplica();
  for (let index = 0; index < 100; index += 1) {
    const key = String(index).padEnd(4_096, '.');
    replica.write({ key, value: '', wallMs: index, counter: 0, origin: 'o' });
  }
  const builder = newBuilder(replica);
  let slices = 1;
  while (builder.step(64)) slices += 1;
  assert.ok(slices > 100, `${slices} slices`);
  assert.equal(builder.view().count, 100);
});
