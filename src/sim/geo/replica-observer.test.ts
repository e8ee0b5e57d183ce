import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandOf } from '../../../test/support/command-of.ts';
import { ArenaTable } from '../../geo/server/arena/arena-table.ts';
import { Replica } from '../../geo/server/replica.ts';
import { SimRandom } from '../sim-random.ts';
import { ReplicaObserver } from './replica-observer.ts';

function newReplica(): Replica {
  const random = new SimRandom(1);
  return new Replica({ uid: 's1/1', table: new ArenaTable(random), random });
}

function put(replica: Replica, key: string, value: string, expiryMs = 0): void {
  replica.put(commandOf('SET', key, value), 1, 2, expiryMs);
}

/** Merges `value` under `key` (undefined: a tombstone) as if another replica had written it. */
function merge(
  replica: Replica,
  key: string,
  value: string | undefined,
  wallMs: number,
  { origin = 's1/2', sequence = 1 } = {},
): void {
  const { table, origins } = replica;
  const bytes = Buffer.from(key + (value ?? ''));
  const version = { wallMs, counter: 0, origin: origins.numberOf(origin), sequence };
  const reference = table.put(bytes, 0, key.length, key.length, bytes.length, 0, version);
  if (value === undefined) table.bury(reference);
}

test('everything that a replica has, takes and forgets is told with its stamp', () => {
  const replica = newReplica();
  replica.begin(1_000);
  put(replica, 'before', 'v0');
  const told: string[] = [];
  const observer = new ReplicaObserver(replica, (how, { key, value, stamp, sequence }) => {
    told.push(`${how} ${key} ${value ?? 'buried'} @${stamp.wallMs}.${stamp.counter} ${sequence}`);
  });
  put(replica, 'a', 'v1');
  put(replica, 'b', 'v2', 1_500);
  merge(replica, 'c', 'v3', 900);
  merge(replica, 'd', undefined, 901);
  replica.delete(replica.find(commandOf('DEL', 'a'), 1));
  assert.deepEqual(told, [
    'loaded before v0 @1000.0 1',
    'written a v1 @1000.1 2',
    'written b v2 @1000.2 3',
    'merged c v3 @900.0 1',
    'merged d buried @901.0 1',
    'written a buried @1000.3 4',
  ]);
  assert.deepEqual(
    observer.entries().map(({ key, value, expiryMs }) => [key, value, expiryMs]),
    [
      ['a', undefined, 0],
      ['b', 'v2', 1_500],
      ['before', 'v0', 0],
      ['c', 'v3', 0],
      ['d', undefined, 0],
    ],
  );
  told.length = 0;
  replica.begin(1_501);
  replica.sweep(1);
  replica.sweep(10);
  assert.deepEqual(told, [
    'ended b buried @1000.2 3',
    'forgotten d buried @901.0 1',
    'forgotten a buried @1000.3 4',
    'forgotten b buried @1000.2 3',
  ]);
});

test('a write of its own that comes back is not written again', () => {
  const replica = newReplica();
  replica.begin(1_000);
  put(replica, 'before', 'v0');
  const told: string[] = [];
  const observer = new ReplicaObserver(replica, (how, { key }) => told.push(`${how} ${key}`));
  put(replica, 'a', 'v1');
  replica.delete(replica.find(commandOf('DEL', 'a'), 1));
  replica.sweep(1);
  merge(replica, 'a', undefined, 1_000, { origin: 's1/1', sequence: 3 });
  put(replica, 'b', 'v2');
  assert.deepEqual(told, [
    'loaded before',
    'written a',
    'written a',
    'forgotten a',
    'merged a',
    'written b',
  ]);
  assert.equal(observer.entries().length, 3);
});
