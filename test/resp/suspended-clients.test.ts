import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientLimits } from '../../src/core/limits.ts';
import type { Client } from '../../src/resp/client.ts';
import type { MemoryServer, MemoryServerOptions } from '../support/memory-resp-server.ts';
import { encode, RespWorld, type RespPeer } from '../support/resp-world.ts';

const KiB = 1_024;

/** A server on which `WAIT` suspends its client until the test answers it. */
class SuspendingWorld extends RespWorld {
  memory: MemoryServer | undefined;

  static async listening(options?: MemoryServerOptions): Promise<SuspendingWorld> {
    const world = new SuspendingWorld();
    world.memory = await world.listen(options);
    return world;
  }

  get server(): MemoryServer['server'] {
    assert.ok(this.memory !== undefined);
    return this.memory.server;
  }

  get store(): MemoryServer['store'] {
    assert.ok(this.memory !== undefined);
    return this.memory.store;
  }

  clientOf(peer: RespPeer): Client {
    const { host, port } = peer.connection.remote;
    const clients = [...(this.memory?.clients.all() ?? [])];
    const found = clients.find((client) => client.remote === `${host}:${port}`);
    assert.ok(found !== undefined);
    return found;
  }

  /** Answers with `text`, and lets the turn end. */
  async answer(client: Client, text: string): Promise<void> {
    client.answer((reply) => reply.bulkText(text));
    await this.simulation.advance(1);
  }
}

test('commands behind a suspended one are executed when it is answered, in order', async () => {
  const world = await SuspendingWorld.listening();
  const { store } = world;
  const peer = world.dial();
  const client = world.clientOf(peer);
  peer.connection.receive(
    encode('SET', 'a', '1') + encode('WAIT') + encode('SET', 'a', '2') + encode('GET', 'a'),
  );
  peer.connection.receive(encode('SET', 'b', '3'));
  assert.deepEqual(peer.takeReplies(), ['OK']);
  assert.deepEqual([...store.keys(), ...(store.get('a') ?? [])], ['a', 0x31]);
  await world.answer(client, 'waited');
  assert.deepEqual(peer.takeReplies(), ['waited', 'OK', '2', 'OK']);
  assert.equal(peer.connection.isReading, true);
  assert.equal(world.server.queryBufferBytes, 0);
});

test('a command may be suspended behind a suspended one, each answered by itself', async () => {
  const world = await SuspendingWorld.listening();
  const peer = world.dial();
  const client = world.clientOf(peer);
  peer.connection.receive(encode('WAIT').repeat(3) + encode('PING'));
  for (const text of ['first', 'second']) {
    await world.answer(client, text);
    assert.deepEqual(peer.takeReplies(), [text]);
    assert.equal(peer.connection.isReading, false);
  }
  await world.answer(client, 'third');
  assert.deepEqual(peer.takeReplies(), ['third', 'PONG']);
});

test('other clients notice nothing of a suspended one', async () => {
  const world = await SuspendingWorld.listening();
  const suspended = [world.dial(), world.dial()];
  const other = world.dial();
  const clients = suspended.map((peer) => world.clientOf(peer));
  for (const [i, peer] of suspended.entries()) {
    peer.connection.receive(encode('WAIT') + encode('ECHO', `behind ${i}`));
  }
  assert.equal(other.ask('SET', 'key', 'value'), 'OK');
  assert.ok(clients[0] !== undefined && clients[1] !== undefined);
  await world.answer(clients[1], 'one');
  assert.deepEqual(suspended[0]?.takeReplies(), []);
  assert.deepEqual(suspended[1]?.takeReplies(), ['one', 'behind 1']);
  assert.equal(other.ask('GET', 'key'), 'value');
  await world.answer(clients[0], 'none');
  assert.deepEqual(suspended[0]?.takeReplies(), ['none', 'behind 0']);
});

test('a client may be answered by a command of another one, or of the same batch', async () => {
  const answered: Client[] = [];
  const world = await SuspendingWorld.listening({
    onExecuted: () => {
      for (const client of answered.splice(0)) client.answer((reply) => reply.ok());
    },
  });
  const peer = world.dial();
  const other = world.dial();
  peer.connection.receive(encode('WAIT') + encode('ECHO', 'behind'));
  answered.push(world.clientOf(peer));
  assert.equal(other.ask('PING'), 'PONG');
  await world.simulation.advance(1);
  assert.deepEqual(peer.takeReplies(), ['OK', 'behind']);
  answered.push(world.clientOf(peer));
  peer.connection.receive(encode('PING') + encode('WAIT') + encode('ECHO', 'behind'));
  await world.simulation.advance(1);
  assert.deepEqual(peer.takeReplies(), ['PONG', 'OK', 'behind']);
});

test('a suspended client is read from until it sends more, and then no longer', async () => {
  const world = await SuspendingWorld.listening();
  const peer = world.dial();
  const client = world.clientOf(peer);
  peer.connection.receive(encode('WAIT'));
  // Or nobody would see it close.
  assert.equal(peer.connection.isReading, true);
  peer.connection.receive(encode('ECHO', 'x'.repeat(60 * KiB)).slice(0, -5));
  assert.equal(peer.connection.isReading, false);
  await world.answer(client, 'waited');
  assert.equal(peer.connection.isReading, true);
  peer.connection.receive('xxx\r\n');
  assert.equal(peer.takeReplies().length, 2);
});

test('half a command before the suspension is executed with its other half behind it', async () => {
  const world = await SuspendingWorld.listening();
  const peer = world.dial();
  const client = world.clientOf(peer);
  const stream = encode('WAIT') + encode('ECHO', 'x'.repeat(100)) + encode('WAIT') + encode('PING');
  peer.connection.receive(stream.slice(0, 10));
  peer.connection.receive(stream.slice(10, 60));
  assert.equal(peer.connection.isReading, false);
  await world.answer(client, 'first');
  assert.equal(peer.connection.isReading, true);
  peer.connection.receive(stream.slice(60));
  assert.deepEqual(peer.takeReplies(), ['first', 'x'.repeat(100)]);
  assert.equal(peer.connection.isReading, false);
  await world.answer(client, 'second');
  assert.deepEqual(peer.takeReplies(), ['second', 'PONG']);
});

test('pushes reach a suspended client, and stay before its answer', async () => {
  const world = await SuspendingWorld.listening();
  const peer = world.dial();
  peer.ask('HELLO', 3);
  const client = world.clientOf(peer);
  const push = (word: string): void => {
    client.push((reply) => {
      reply.push(1);
      reply.bulkText(word);
    });
  };
  peer.connection.receive(encode('WAIT') + encode('ECHO', 'behind'));
  push('at once');
  await world.simulation.advance(1);
  assert.deepEqual([peer.takeReplies(), peer.pushes], [[], [['at once']]]);
  push('before');
  client.answer((reply) => reply.bulkText('answer'));
  push('after');
  await world.simulation.advance(1);
  const words = [...peer.connection.takeSent().matchAll(/before|answer|after|behind/g)].map(String);
  assert.deepEqual(words, ['before', 'answer', 'after', 'behind']);
});

test('an answer is held for its mark, in order with what was held before', async () => {
  let mark = 1;
  const world = await SuspendingWorld.listening({ heldUntil: () => mark });
  const peer = world.dial();
  const client = world.clientOf(peer);
  peer.connection.receive(encode('ECHO', 'before') + encode('WAIT') + encode('ECHO', 'behind'));
  mark = 3;
  await world.answer(client, 'waited');
  world.server.release(1);
  assert.deepEqual(peer.takeReplies(), ['before']);
  world.server.release(2);
  assert.deepEqual(peer.takeReplies(), []);
  world.server.release(3);
  assert.deepEqual(peer.takeReplies(), ['waited', 'behind']);
});

test('a client that does not read goes on only when it is answered and has read', async () => {
  for (const isDrainedFirst of [true, false]) {
    const world = await SuspendingWorld.listening();
    const { store } = world;
    const peer = world.dial();
    peer.ask('HELLO', 3);
    const client = world.clientOf(peer);
    const value = Buffer.alloc(1_200_000, 'x');
    peer.connection.receive(encode('WAIT') + encode('SET', 'key', 'value'));
    peer.connection.room = 0;
    client.push((reply) => {
      reply.push(1);
      reply.bulk(value, 0, value.length);
    });
    await world.simulation.advance(1);
    if (isDrainedFirst) peer.connection.drain();
    else await world.answer(client, 'waited');
    assert.deepEqual([store.has('key'), peer.connection.isReading], [false, false]);
    if (isDrainedFirst) await world.answer(client, 'waited');
    peer.connection.drain();
    peer.connection.drain();
    assert.deepEqual(peer.takeReplies(), ['waited', 'OK']);
    assert.equal(peer.connection.isReading, true);
  }
});

test('a suspended client of a blocked server goes on when both are over', async () => {
  for (const isAnsweredFirst of [true, false]) {
    const world = await SuspendingWorld.listening();
    const { server, store } = world;
    const peer = world.dial();
    const client = world.clientOf(peer);
    peer.connection.receive(encode('WAIT'));
    server.block();
    peer.connection.receive(encode('SET', 'key', 'value'));
    if (isAnsweredFirst) await world.answer(client, 'waited');
    else server.unblock();
    assert.deepEqual([store.has('key'), peer.connection.isReading], [false, false]);
    if (isAnsweredFirst) server.unblock();
    else await world.answer(client, 'waited');
    assert.deepEqual(peer.takeReplies(), ['waited', 'OK']);
    assert.equal(peer.connection.isReading, true);
  }
});

test('a suspended client is not silent, and its time begins anew with its answer', async () => {
  const world = await SuspendingWorld.listening();
  const peer = world.dial();
  const client = world.clientOf(peer);
  peer.connection.receive(encode('WAIT'));
  await world.simulation.advance(clientLimits.idleMs * 2);
  await world.answer(client, 'waited');
  await world.simulation.advance(clientLimits.idleMs - 3_000);
  assert.equal(peer.connection.isDestroyed, false);
  await world.simulation.advance(6_000);
  assert.equal(peer.connection.isDestroyed, true);
});

test('a suspended client that closes leaves nothing behind, and its answer goes nowhere', async () => {
  const world = await SuspendingWorld.listening();
  const { server, store } = world;
  const peer = world.dial();
  const client = world.clientOf(peer);
  peer.connection.receive(encode('WAIT') + encode('SET', 'key', 'value'));
  let isClosed = false;
  client.onClosed(() => (isClosed = true));
  peer.connection.close();
  assert.deepEqual([isClosed, server.queryBufferBytes, server.outputBufferBytes], [true, 0, 0]);
  await world.answer(client, 'waited');
  assert.equal(store.size, 0);
});

test('a client that closes in the turn of its answer executes nothing more', async () => {
  const world = await SuspendingWorld.listening();
  const peer = world.dial();
  const client = world.clientOf(peer);
  peer.connection.receive(encode('WAIT') + encode('SET', 'key', 'value'));
  client.answer((reply) => reply.ok());
  peer.connection.close();
  await world.simulation.advance(1);
  assert.deepEqual([world.store.size, world.server.outputBufferBytes], [0, 0]);
});

test('a server with suspended clients can be closed, and sends what they were answered', async () => {
  const world = await SuspendingWorld.listening();
  const { server, store } = world;
  const peers = [world.dial(), world.dial()];
  for (const peer of peers) peer.connection.receive(encode('WAIT') + encode('SET', 'key', 'value'));
  const [first, second] = peers;
  assert.ok(first !== undefined && second !== undefined);
  world.clientOf(first).answer((reply) => reply.bulkText('in time'));
  const closed = server.close();
  assert.deepEqual([first.takeReplies(), second.takeReplies()], [['in time'], []]);
  for (const peer of peers) {
    assert.equal(peer.connection.isEnded, true);
    peer.connection.close();
  }
  await world.simulation.settle(closed);
  assert.equal(store.size, 0);
});
