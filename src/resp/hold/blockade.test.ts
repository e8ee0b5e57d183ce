import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encode, RespWorld } from '../../../test/support/resp-world.ts';
import { clientLimits } from '../../core/limits.ts';
import { Blockade } from './blockade.ts';
import { batchCommandsMax } from '../command-batch.ts';

const KiB = 1_024;

test('a blocked server keeps what comes, and executes it when it is unblocked', async () => {
  const world = new RespWorld();
  const { server, store } = await world.listen();
  const peer = world.dial();
  const other = world.dial();
  server.block();
  peer.connection.receive(encode('SET', 'a', '1') + encode('GET', 'a'));
  peer.connection.receive(encode('GET', 'b'));
  other.connection.receive(encode('SET', 'b', '2'));
  assert.equal(store.size, 0);
  assert.deepEqual([peer.connection.isReading, other.connection.isReading], [false, false]);
  server.unblock();
  assert.equal(peer.connection.writes, 1);
  assert.deepEqual(peer.takeReplies(), ['OK', '1', null]);
  assert.deepEqual(other.takeReplies(), ['OK']);
  assert.deepEqual([peer.connection.isReading, other.connection.isReading], [true, true]);
  assert.equal(server.queryBufferBytes, 0);
});

test('a server that is blocked by a batch executes no further one', async () => {
  const world = new RespWorld();
  let batches = 0;
  const { server, store } = await world.listen({
    onExecuted: () => {
      batches += 1;
      server.block();
    },
  });
  const peer = world.dial();
  const commands = Array.from({ length: batchCommandsMax * 2 + 10 }, (_, i) => `key ${i}`);
  peer.connection.receive(commands.map((key) => encode('SET', key, 'value')).join(''));
  assert.equal(batches, 1);
  assert.equal(store.size, batchCommandsMax);
  assert.equal(peer.takeReplies().length, batchCommandsMax);
  server.unblock();
  assert.equal(store.size, batchCommandsMax * 2);
  server.unblock();
  assert.deepEqual([...store.keys()], commands);
});

test('who had a turn before the blockade went up again is behind those who had none', () => {
  const blockade = new Blockade();
  const turns: string[] = [];
  for (const name of ['a', 'b', 'c']) {
    const blocked = {
      goOn: () => {
        turns.push(name);
        if (turns.length % 2 === 0) blockade.raise(0);
        if (blockade.isUp) blockade.add(blocked);
      },
    };
    blockade.add(blocked);
  }
  blockade.raise(0);
  blockade.lower(0);
  blockade.lower(0);
  assert.deepEqual(turns, ['a', 'b', 'c', 'b']);
});

test('half a command that came before the blockade is executed with its other half', async () => {
  const world = new RespWorld();
  const { server } = await world.listen();
  const peer = world.dial();
  const command = encode('ECHO', 'x'.repeat(100));
  peer.connection.receive(command.slice(0, 20));
  server.block();
  peer.connection.receive(command.slice(20, 60));
  server.unblock();
  assert.deepEqual(peer.takeReplies(), []);
  peer.connection.receive(command.slice(60));
  assert.deepEqual(peer.takeReplies(), ['x'.repeat(100)]);
});

test('a client that neither reads nor may go on is read from when both are over', async () => {
  for (const isDrainedFirst of [true, false]) {
    const world = new RespWorld();
    const { server, store } = await world.listen();
    store.set('big', Buffer.alloc(600_000, 'x'));
    const peer = world.dial();
    peer.connection.room = 0;
    peer.connection.receive(encode('GET', 'big').repeat(3));
    server.block();
    peer.connection.receive(encode('SET', 'key', 'value'));
    if (isDrainedFirst) peer.connection.drain();
    else server.unblock();
    assert.deepEqual([store.has('key'), peer.connection.isReading], [false, false]);
    if (isDrainedFirst) server.unblock();
    else peer.connection.drain();
    peer.connection.drain();
    assert.equal(peer.takeReplies().length, 4);
    assert.equal(peer.connection.isReading, true);
  }
});

test('what a release lets go on waits for the end of the blockade', async () => {
  const world = new RespWorld();
  const { server, store } = await world.listen({ heldUntil: () => 1 });
  store.set('big', Buffer.alloc(1_200_000, 'x'));
  const peer = world.dial();
  peer.connection.receive(encode('GET', 'big') + encode('SET', 'key', 'value'));
  server.block();
  server.release(1);
  assert.equal(peer.takeReplies().length, 1);
  assert.deepEqual([store.has('key'), peer.connection.isReading], [false, false]);
  server.unblock();
  assert.deepEqual(peer.takeReplies(), ['OK']);
  assert.equal(peer.connection.isReading, true);
});

test('when much is kept all clients are stopped, so that none is closed for it', async () => {
  const world = new RespWorld();
  const { server } = await world.listen({ queryBuffersBytesMax: 1_024 * KiB });
  const idle = world.dial();
  const busy = Array.from({ length: 20 }, () => world.dial());
  server.block();
  for (const peer of busy) {
    if (peer.connection.isReading) peer.connection.receive(encode('ECHO', 'x'.repeat(60 * KiB)));
  }
  assert.equal(idle.connection.isReading, false);
  server.unblock();
  assert.ok([idle, ...busy].every(({ connection }) => connection.isOpen && connection.isReading));
});

test('clients that wait for a blocked server are not timed out, nor right after', async () => {
  const world = new RespWorld();
  const { server } = await world.listen();
  const fresh = world.dial();
  const seasoned = world.dial();
  const silent = world.dial();
  seasoned.ask('PING');
  server.block();
  fresh.connection.receive(encode('PING'));
  await world.simulation.advance(clientLimits.idleMs * 2);
  server.unblock();
  assert.deepEqual(fresh.takeReplies(), ['PONG']);
  // What the others sent meanwhile may not have been read yet.
  await world.simulation.advance(clientLimits.firstCommandMs - 1_000);
  const isDestroyed = [fresh, seasoned, silent].map((peer) => peer.connection.isDestroyed);
  assert.deepEqual(isDestroyed, [false, false, false]);
  await world.simulation.advance(4_000);
  assert.equal(silent.connection.isDestroyed, true);
  assert.equal(fresh.connection.isDestroyed, false);
});

test('a client whose command came in time is not timed out while it waits', async () => {
  const world = new RespWorld();
  const { server } = await world.listen();
  const peer = world.dial();
  await world.simulation.advance(clientLimits.firstCommandMs - 200);
  server.block();
  peer.connection.receive(encode('PING'));
  await world.simulation.advance(900);
  server.unblock();
  assert.deepEqual(peer.takeReplies(), ['PONG']);
});

test('short blockades do not keep a client that says nothing', async () => {
  const world = new RespWorld();
  const { server } = await world.listen();
  const silent = world.dial();
  // Up at each tick of the wheel that time-outs lie on.
  for (let turn = 0; turn < 130; turn += 1) {
    server.block();
    await world.simulation.advance(50);
    server.unblock();
    await world.simulation.advance(50);
  }
  assert.equal(silent.connection.isDestroyed, true);
});

test('a client that is over is not unblocked', async () => {
  const world = new RespWorld();
  const { server, store } = await world.listen();
  const peer = world.dial();
  server.block();
  peer.connection.receive(encode('SET', 'key', 'value'));
  peer.connection.close();
  server.unblock();
  assert.equal(store.size, 0);
  assert.equal(server.queryBufferBytes, 0);
});

test('a blocked server can be closed', async () => {
  const world = new RespWorld();
  const { server, store } = await world.listen();
  const peer = world.dial();
  server.block();
  peer.connection.receive(encode('SET', 'key', 'value'));
  const closed = server.close();
  assert.equal(peer.connection.isEnded, true);
  server.unblock();
  assert.equal(store.size, 0);
  peer.connection.close();
  await world.simulation.settle(closed);
});
