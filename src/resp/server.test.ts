import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encode, RespWorld } from '../../test/support/resp-world.ts';
import { ReplyError } from './reply-value.ts';

const authenticate = (user: string, password: string): boolean =>
  user === 'default' && password === 'secret';

test('closing a server sends what was replied and closes every client', async () => {
  const world = new RespWorld();
  const { server } = await world.listen();
  const peer = world.dial();
  peer.ask('PING');
  const closed = server.close();
  assert.equal(peer.connection.isEnded, true);
  peer.connection.close();
  await world.simulation.settle(closed);
});

test('a client that never closes does not keep a server from closing', async () => {
  const world = new RespWorld();
  const { server } = await world.listen();
  const peer = world.dial();
  await world.simulation.settle(server.close());
  assert.equal(peer.connection.isDestroyed, true);
});

test('nothing but the handshake is executed before a client has authenticated', async () => {
  const world = new RespWorld();
  const { store, table } = await world.listen({ authenticate });
  const peer = world.dial();
  const noAuth = new ReplyError('NOAUTH Authentication required.');
  assert.deepEqual(peer.ask('SET', 'a', 'b'), noAuth);
  assert.deepEqual(peer.ask('INFO'), noAuth);
  assert.deepEqual(peer.ask('CLIENT', 'LIST'), noAuth);
  assert.deepEqual(peer.ask('CLIENT', 'HELP'), noAuth);
  assert.match((peer.ask('HELLO', 3) as ReplyError).message, /must be called with the client/);
  assert.deepEqual((peer.ask('AUTH', 'wrong') as ReplyError).code, 'WRONGPASS');
  assert.equal(store.size, 0);
  assert.equal(peer.ask('AUTH', 'secret'), 'OK');
  assert.equal(peer.ask('SET', 'a', 'b'), 'OK');
  const set = table.entries.find((entry) => entry.fullName === 'set');
  assert.deepEqual([set?.calls, set?.rejected], [1, 1]);
});

test('a large command right behind AUTH has the limits of who has authenticated', async () => {
  const world = new RespWorld();
  const { store } = await world.listen({ authenticate });
  const peer = world.dial();
  const words = Array.from({ length: 100 }, (_, i) => `k${i}`);
  const value = 'x'.repeat(100_000);
  peer.connection.receive(
    encode('AUTH', 'secret') + encode('SET', 'k1', value) + encode('MGET', ...words),
  );
  assert.equal(peer.takeReplies().length, 3);
  assert.equal(store.get('k1')?.length, 100_000);
});

test('clients that have not authenticated are closed in ten seconds, whatever they send', async () => {
  const world = new RespWorld();
  await world.listen({ authenticate });
  const silent = world.dial();
  const busy = world.dial();
  const good = world.dial();
  good.ask('AUTH', 'secret');
  for (let second = 0; second < 13; second += 1) {
    busy.connection.receive(encode('PING'));
    await world.simulation.advance(1_000);
  }
  assert.equal(silent.connection.isDestroyed, true);
  assert.equal(busy.connection.isDestroyed, true);
  assert.equal(good.connection.isDestroyed, false);
});

test('of clients that have not authenticated there are at most 64 for each address and 256 in all', async () => {
  const world = new RespWorld();
  const { server } = await world.listen({ authenticate });
  const openOf = (host: string, count: number): number => {
    const peers = Array.from({ length: count }, () => world.dial(host));
    return peers.filter((peer) => peer.connection.isOpen).length;
  };
  const first = world.dial('10.0.0.1');
  assert.equal(openOf('10.0.0.1', 80), 63);
  assert.equal(first.ask('AUTH', 'secret'), 'OK');
  assert.equal(openOf('10.0.0.1', 80), 1);
  for (const host of ['10.0.0.2', '10.0.0.3']) openOf(host, 64);
  assert.equal(openOf('10.0.0.4', 64), 64);
  assert.equal(openOf('10.0.0.5', 64), 0);
  assert.ok(server.counters.connectionsRefused > 100);
});
