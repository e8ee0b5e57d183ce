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

async function connect({ simulation, coordinator }: RingNet, app = 'app'): Promise<RespPeer> {
  const peer = new RespPeer(simulation, coordinator, app);
  await peer.ask('HELLO', 3);
  return peer;
}

test('GETLEASE gives a value, a lease and its length, also of what is not there', async () => {
  const net = await listen();
  const peer = await connect(net);
  await peer.say('SET a 1');
  assert.deepEqual(await peer.say('GETLEASE a'), ['1', 1, 10_000]);
  assert.deepEqual(await peer.say('GETLEASE b'), [null, 2, 10_000]);
  await peer.say('LADD l x');
  await peer.say('LADD l y');
  assert.deepEqual(await peer.say('LRANGELEASE l -1 -1'), [['y'], 3, 10_000]);
  assert.deepEqual(await peer.say('LRANGELEASE nothing 0 -1'), [[], 4, 10_000]);
});

test('a client that speaks RESP2 gets the value and no lease', async () => {
  const net = await listen();
  const peer = new RespPeer(net.simulation, net.coordinator);
  assert.deepEqual(await peer.say('GETLEASE a'), [null, 0, 0]);
});

test('RING LEASES shows who holds a key, for how long, and what waits for it', async () => {
  const net = await listen();
  const [holder, writer] = [await connect(net), await connect(net, 'writer')];
  const id = await holder.say('CLIENT ID');
  await holder.say('GETLEASE a');
  await holder.say('GETLEASE b');
  const asked = writer.say('SET a 1');
  await net.simulation.reach('the revocation', () => holder.pushes.length > 0);
  await net.simulation.advance(1_000);
  const [row, ...others] = (await holder.say('RING LEASES a')) as unknown[][];
  assert.deepEqual(others, []);
  const [key, [[holderId, leftMs] = []], writes, waitedMs] = row as [
    string,
    [number, number][],
    number,
    number,
  ];
  assert.deepEqual([key, holderId, writes], ['a', id, 1]);
  assert.ok((leftMs ?? 0) > 10_000 && (leftMs ?? 0) < 11_100, `${leftMs} ms are left`);
  assert.ok(waitedMs >= 1_000 && waitedMs < 1_200, `waited for ${waitedMs} ms`);
  // Those that writes wait for come first.
  const all = (await holder.say('RING LEASES')) as [string][];
  assert.deepEqual(
    all.map(([each]) => each),
    ['a', 'b'],
  );
  await net.simulation.settle(asked);
  assert.deepEqual(await holder.say('RING LEASES nothing'), [['nothing', [], 0, 0]]);
});

test('a write is answered when the lease of a client that is gone is over with its guard', async () => {
  const net = await listen();
  const [holder, writer] = [await connect(net), await connect(net, 'writer')];
  await holder.say('GETLEASE a');
  const grantedMs = net.simulation.nowMs;
  net.simulation.isolate('app');
  assert.equal(await writer.say('SET a 1'), 'OK');
  const waitedMs = net.simulation.nowMs - grantedMs;
  assert.ok(waitedMs > 11_900 && waitedMs < 13_000, `waited for ${waitedMs} ms`);
});

test('REVOKED takes ids of leases and nothing else', async () => {
  const net = await listen();
  const peer = await connect(net);
  await peer.say('GETLEASE a');
  assert.match(await peer.sayText('REVOKED a x'), /^-ERR the id of a lease/);
  assert.equal(await peer.say('REVOKED a 7 1 1'), 1);
});
