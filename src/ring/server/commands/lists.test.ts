import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RingNet } from '../../../../test/support/ring-net.ts';
import { RespPeer } from '../../../../test/support/resp-peer.ts';

async function connect(): Promise<RespPeer> {
  const net = new RingNet();
  const { ready } = await net.start('s1');
  await net.simulation.settle(ready);
  return new RespPeer(net.simulation, net.coordinator);
}

test('a list keeps the order of appending, without duplicates', async () => {
  const peer = await connect();
  assert.equal(await peer.say('LADD l a'), 1);
  assert.equal(await peer.say('LADD l b'), 1);
  assert.equal(await peer.say('LADD l a'), 0);
  assert.equal(await peer.say('LADD l c'), 1);
  assert.deepEqual(await peer.say('LRANGE l 0 -1'), ['a', 'b', 'c']);
  assert.equal(await peer.say('LREMOVE l b'), 1);
  assert.equal(await peer.say('LREMOVE l b'), 0);
  assert.equal(await peer.say('LADD l b'), 1);
  assert.deepEqual(await peer.say('LRANGE l 0 -1'), ['a', 'c', 'b']);
  assert.equal(await peer.say('LLEN l'), 3);
});

test('LRANGE reads positions as Redis does', async () => {
  const peer = await connect();
  for (const item of ['a', 'b', 'c', 'd']) await peer.say(`LADD l ${item}`);
  const cases: readonly (readonly [string, string[]])[] = [
    ['0 0', ['a']],
    ['1 2', ['b', 'c']],
    ['-2 -1', ['c', 'd']],
    ['-100 100', ['a', 'b', 'c', 'd']],
    ['3 1', []],
    ['4 9', []],
    ['-1 -2', []],
    ['0 -100', []],
  ];
  for (const [range, items] of cases) {
    assert.deepEqual(await peer.say(`LRANGE l ${range}`), items, range);
  }
  assert.deepEqual(await peer.say('LRANGE nothing 0 -1'), []);
  assert.equal(await peer.say('LRANGE l a 1'), '-ERR value is not an integer or out of range');
});

test('a value is no list', async () => {
  const peer = await connect();
  await peer.say('SET v 1');
  for (const line of ['LADD v x', 'LREMOVE v x', 'LLEN v', 'LRANGE v 0 1', 'LRANGELEASE v 0 1']) {
    const wrongType = '-WRONGTYPE Operation against a key holding the wrong kind of value';
    assert.equal(await peer.say(line), wrongType, line);
  }
});

test('a range of more bytes than one reply may have is refused', async () => {
  const peer = await connect();
  for (let i = 0; i < 25; i += 1) {
    assert.equal(await peer.ask('LADD', 'l', `${i}`.padEnd(1_048_576, 'x')), 1);
  }
  assert.match(await peer.sayText('LRANGE l 0 -1'), /^-ERR the items have \d+ bytes together/);
  assert.equal(((await peer.say('LRANGE l 0 1')) as string[]).length, 2);
});
