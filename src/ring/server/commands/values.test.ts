import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RingNet } from '../../../../test/support/ring-net.ts';
import { RespPeer } from '../../../../test/support/resp-peer.ts';

async function connect(protocol: 2 | 3 = 2): Promise<{ net: RingNet; peer: RespPeer }> {
  const net = new RingNet();
  const { ready } = await net.start('s1');
  await net.simulation.settle(ready);
  const peer = new RespPeer(net.simulation, net.coordinator);
  if (protocol === 3) await peer.ask('HELLO', 3);
  return { net, peer };
}

const wrongType = '-WRONGTYPE Operation against a key holding the wrong kind of value';

test('GET gives what SET set, and nil where nothing was', async () => {
  const { peer } = await connect();
  assert.equal(await peer.say('GET a'), null);
  assert.equal(await peer.say('SET a 1'), 'OK');
  assert.equal(await peer.say('GET a'), '1');
  assert.equal(await peer.say('SET a two'), 'OK');
  assert.equal(await peer.say('STRLEN a'), 3);
  assert.equal(await peer.say('STRLEN b'), 0);
  assert.deepEqual(await peer.say('MGET a b a'), ['two', null, 'two']);
  assert.equal(await peer.say('EXISTS a b a'), 2);
});

test('any bytes round-trip as keys and values, none at all among them', async () => {
  const { peer } = await connect();
  const texts = ['', '\0', '\r\n', '\xff\xfe', '*1\r\n$4\r\nPING\r\n', '__proto__', 'constructor'];
  for (const key of texts) assert.equal(await peer.ask('SET', key, key), 'OK');
  for (const key of texts) assert.equal(await peer.ask('GET', key), key);
  assert.equal(await peer.say('DBSIZE'), texts.length);
});

test('SET with NX sets what is absent and says so', async () => {
  const { peer } = await connect();
  assert.equal(await peer.say('SET a 1 NX'), 'OK');
  assert.equal(await peer.say('SET a 2 nx'), null);
  assert.equal(await peer.say('GET a'), '1');
  await peer.say('LADD l x');
  assert.equal(await peer.say('SET l 2 NX'), null);
  assert.match(await peer.sayText('SET a 1 EX 10'), /^-ERR syntax error/);
});

test('a list is no value', async () => {
  const { peer } = await connect();
  await peer.say('LADD l x');
  for (const line of ['GET l', 'SET l 1', 'STRLEN l', 'GETLEASE l']) {
    assert.equal(await peer.say(line), wrongType, line);
  }
  assert.deepEqual(await peer.say('MGET l'), [null]);
  assert.equal(await peer.say('TYPE l'), 'list');
  assert.equal(await peer.say('DEL l'), 1);
  assert.equal(await peer.say('TYPE l'), 'none');
});

test('DEL says how many keys there were', async () => {
  const { peer } = await connect();
  await peer.say('SET a 1');
  await peer.say('LADD l x');
  assert.equal(await peer.say('DEL a b l a'), 2);
  assert.equal(await peer.say('UNLINK a'), 0);
  assert.equal(await peer.say('DBSIZE'), 0);
});

test('a write of a client without pushes waits for leases, and so do the commands behind it', async () => {
  const { net, peer } = await connect();
  const holder = new RespPeer(net.simulation, net.coordinator);
  await holder.ask('HELLO', 3);
  await peer.say('SET a old');
  await holder.say('GETLEASE a');
  const lines = ['SET a new', 'GET a', 'SET b 1'].map((line) => line.split(' '));
  const asked = peer.askAll(lines);
  await net.simulation.reach('the revocation', () => holder.pushes.length > 0);
  const other = new RespPeer(net.simulation, net.coordinator);
  assert.equal(await other.say('GET a'), 'old');
  assert.equal(await other.say('GET b'), null);
  const [[, key, id] = []] = holder.pushes as [string, string, number][];
  assert.equal(await holder.ask('REVOKED', key ?? '', id ?? 0), 1);
  assert.deepEqual(await asked, ['OK', 'new', 'OK']);
});

test('DEL of several keys is answered when the last of them is deleted', async () => {
  const { net, peer } = await connect();
  const holder = new RespPeer(net.simulation, net.coordinator);
  await holder.ask('HELLO', 3);
  for (const key of ['a', 'b', 'c']) await peer.say(`SET ${key} 1`);
  await holder.say('GETLEASE a');
  await holder.say('GETLEASE c');
  const asked = peer.say('DEL a b c d');
  await net.simulation.reach('both revocations', () => holder.pushes.length === 2);
  assert.equal(await holder.say('GET b'), null);
  for (const [, key, id] of holder.pushes.toReversed() as [string, string, number][]) {
    assert.equal(await holder.ask('REVOKED', key, id), 1);
  }
  assert.equal(await asked, 3);
});
