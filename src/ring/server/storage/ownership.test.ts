import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandOf } from '../../../../test/support/command-of.ts';
import { BenchClient } from '../../../../test/support/storage-bench.ts';
import { partitionHashOf } from '../../partition.ts';
import type { RingNode } from '../../ring-view.ts';
import { Ownership } from './ownership.ts';

function node(id: string, virtualId: number): RingNode {
  return { id, at: { host: id, port: 7400 }, virtualIds: [virtualId] };
}

/** The key `heather` belongs to `b`; `c` is next, then `a`. */
const hash = partitionHashOf('heather');
const nodes = [node('a', hash - 10), node('b', hash + 10), node('c', hash + 20)];

function ownershipOf(id: string): Ownership {
  const ownership = new Ownership(id);
  ownership.setView({ epoch: 1, nodes });
  return ownership;
}

const get = commandOf('GET', 'heather:post-1');

test('a key is served by its owner', () => {
  const client = new BenchClient(1);
  const roles = ['a', 'b', 'c'].map((id) => ownershipOf(id).role(get, 1, client));
  assert.deepEqual(roles, ['none', 'owner', 'none']);
});

test('who is next stands in, for clients that take the owner for dead', () => {
  const client = new BenchClient(1);
  const c = ownershipOf('c');
  c.walk(client, ['b']);
  assert.equal(c.role(get, 1, client), 'stand-in');
  assert.equal(c.role(get, 1, new BenchClient(2)), 'none');
  c.walk(client, ['b', 'c']);
  assert.equal(c.role(get, 1, client), 'none');
  c.walk(client, []);
  assert.equal(c.role(get, 1, client), 'none');
  const a = ownershipOf('a');
  a.walk(client, ['b', 'c']);
  assert.equal(a.role(get, 1, client), 'stand-in');
});

test('whom a client takes for dead is forgotten with its connection', () => {
  const client = new BenchClient(1);
  const c = ownershipOf('c');
  c.walk(client, ['b']);
  client.close();
  assert.equal(c.role(get, 1, client), 'none');
});

test('before the ring is complete nothing is served', () => {
  const ownership = new Ownership('b');
  assert.equal(ownership.role(get, 1, new BenchClient(1)), 'none');
  assert.equal(ownership.ownsAll, false);
});
