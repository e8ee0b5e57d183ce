import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { commandOf } from '../../../../test/support/command-of.ts';
import { SimRandom } from '../../../sim/sim-random.ts';
import { ArenaTable } from '../arena/arena-table.ts';
import { Origins } from '../origins.ts';
import { Replica } from '../replica.ts';
import { EntryPackReader } from './entry-pack-reader.ts';
import { EntryPacker } from './entry-packer.ts';

function newReplica(): Replica {
  const random = new SimRandom(1);
  const replica = new Replica({ uid: 'me', table: new ArenaTable(random), random });
  replica.begin(1_000);
  return replica;
}

const put = (replica: Replica, key: string, value: string): void =>
  replica.put(commandOf('SET', key, value), 1, 2, 0);

/** The entries of a pack as `key=value`. */
function read(pack: Uint8Array): string[] {
  const reader = new EntryPackReader(pack, new Origins());
  const entries: string[] = [];
  while (reader.next()) {
    const text = reader.bytes.toString('latin1');
    const key = text.slice(reader.keyStart, reader.keyEnd);
    entries.push(`${key}=${text.slice(reader.valueStart, reader.valueEnd)}`);
  }
  return entries;
}

describe('a pack of a run', () => {
  test('has each changed key once, as it is now, however often it was put', () => {
    const replica = newReplica();
    const packer = new EntryPacker(replica);
    for (const [index, key] of ['a', 'b', 'a', 'c', 'a'].entries()) put(replica, key, `${index}`);
    const { upTo, entries, count } = packer.pack(replica.changes, 0, 10_000);
    assert.deepEqual([upTo, count], [5, 3]);
    assert.deepEqual(read(entries), ['a=4', 'b=1', 'c=3']);
    assert.deepEqual(read(packer.pack(replica.changes, 3, 10_000).entries), ['c=3', 'a=4']);
  });

  test('ends where it is full, and the next one begins there', () => {
    const replica = newReplica();
    const packer = new EntryPacker(replica);
    for (let index = 0; index < 20; index += 1) put(replica, `key ${index}`, 'x'.repeat(100));
    const keys: string[] = [];
    let packs = 0;
    for (let after = 0; after < replica.changes.last; packs += 1) {
      const run = packer.pack(replica.changes, after, 350);
      assert.ok(run.upTo > after && run.entries.length < 350 + 120);
      keys.push(...read(run.entries).map((entry) => entry.split('=')[0] ?? ''));
      after = run.upTo;
    }
    assert.deepEqual(
      keys,
      Array.from({ length: 20 }, (_, index) => `key ${index}`),
    );
    assert.equal(packs, 5);
  });

  test('leaves out what is to be skipped, and says that it was passed', () => {
    const replica = newReplica();
    const packer = new EntryPacker(replica);
    for (const key of ['a', 'b', 'c']) put(replica, key, key);
    const run = packer.pack(replica.changes, 0, 10_000, (_, sequence) => sequence < 3);
    assert.deepEqual([run.upTo, read(run.entries)], [3, ['c=c']]);
  });

  test('is the same one for the next peer, and not any more once something was written', () => {
    const replica = newReplica();
    const packer = new EntryPacker(replica);
    put(replica, 'a', 'old');
    const first = packer.pack(replica.changes, 0, 10_000);
    assert.equal(packer.pack(replica.changes, 0, 10_000).entries, first.entries);
    put(replica, 'a', 'new');
    assert.deepEqual(read(packer.pack(replica.changes, 0, 10_000).entries), ['a=new']);
  });

  test('of nothing is empty', () => {
    const replica = newReplica();
    const { upTo, entries } = new EntryPacker(replica).pack(replica.changes, 0, 10_000);
    assert.deepEqual([upTo, entries.length], [0, 0]);
  });
});
