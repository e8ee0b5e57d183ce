import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RingNet } from '../../../../test/support/ring-net.ts';
import { RespPeer } from '../../../../test/support/resp-peer.ts';

async function listen(): Promise<RingNet> {
  const net = new RingNet();
  const { ready } = await net.start('s1');
  await net.simulation.settle(ready);
  return net;
}

async function connect({ simulation, coordinator }: RingNet): Promise<RespPeer> {
  const peer = new RespPeer(simulation, coordinator);
  await peer.ask('HELLO', 3);
  return peer;
}

test('ONCE executes every kind of write, and answers a repeated one from memory', async () => {
  const peer = await connect(await listen());
  const lines = ['SET a 1', 'SET a 2 NX', 'DEL a', 'LADD l x', 'LADD l x', 'LREMOVE l x'];
  const expected = ['OK', null, 1, 1, 0, 1];
  for (const round of ['first', 'again']) {
    for (const [index, line] of lines.entries()) {
      const reply = await peer.say(`ONCE 1 me ${index + 1} 1 ${line}`);
      assert.equal(reply, expected[index], `${round} ${line}`);
    }
  }
});

test('ONCE says WAITING while leases are out, and pushes the reply then', async () => {
  const net = await listen();
  const [holder, writer] = [await connect(net), await connect(net)];
  await holder.say('GETLEASE a');
  assert.equal(await writer.say('ONCE 1 me 5 5 SET a 1'), 'WAITING');
  // Nothing of the writer is held up.
  assert.equal(await writer.say('GET a'), null);
  assert.equal(await writer.say('ONCE 1 me 5 5 SET a 1'), 'WAITING');
  await net.simulation.reach('the revocation', () => holder.pushes.length > 0);
  assert.deepEqual(holder.pushes, [['revoke', 'a', 1, 1]]);
  assert.equal(await holder.say('REVOKED a 1'), 1);
  await net.simulation.reach('the reply', () => writer.pushes.length > 0);
  assert.deepEqual(writer.pushes, [['applied', 5, 'OK']]);
  assert.equal(await writer.say('GET a'), '1');
});

test('ONCE of a client that speaks RESP2 is answered when it is applied', async () => {
  const net = await listen();
  const holder = await connect(net);
  await holder.say('GETLEASE a');
  const writer = new RespPeer(net.simulation, net.coordinator);
  const asked = writer.say('ONCE 1 me 5 5 SET a 1');
  await net.simulation.reach('the revocation', () => holder.pushes.length > 0);
  await holder.say('REVOKED a 1');
  assert.equal(await asked, 'OK');
});

test('ONCE of another epoch is refused', async () => {
  const peer = await connect(await listen());
  assert.match(await peer.sayText('ONCE 2 me 1 1 SET a 1'), /^-STALEVIEW /);
  assert.equal(await peer.say('GET a'), null);
});

test('ONCE refuses what is not a numbered write', async () => {
  const peer = await connect(await listen());
  const lines = [
    'ONCE x me 1 1 SET a 1',
    'ONCE 1 me 1 2 SET a 1',
    'ONCE 1 me -1 0 SET a 1',
    `ONCE 1 ${'m'.repeat(65)} 1 1 SET a 1`,
    'ONCE 1 me 1 1 GET a',
    'ONCE 1 me 1 1 DEL a b',
    'ONCE 1 me 1 1 SET a 1 EX',
    'ONCE 1 me 1 1 LADD a',
  ];
  for (const line of lines) assert.match(await peer.sayText(line), /^-ERR /, line);
  assert.equal(await peer.say('DBSIZE'), 0);
});
