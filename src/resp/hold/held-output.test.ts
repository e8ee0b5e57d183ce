import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encode, RespWorld, type RespPeer } from '../../../test/support/resp-world.ts';
import type {
  MemoryServer,
  MemoryServerOptions,
} from '../../../test/support/memory-resp-server.ts';
import { clientLimits, serverLimits } from '../../core/limits.ts';
import type { ConnectedClient } from '../client-registry.ts';
import { ReplyError } from '../reply-value.ts';

const KiB = 1_024;
const MiB = 1_024 * KiB;

/** A server whose replies wait for the mark that the test sets. */
class HoldingWorld extends RespWorld {
  /** What the next replies wait for. */
  mark = 0;

  listenHolding(options: MemoryServerOptions = {}): Promise<MemoryServer> {
    return this.listen({ ...options, heldUntil: () => this.mark });
  }

  /** Sends one command whose reply is held for `mark`. */
  send(peer: RespPeer, mark: number, ...words: readonly string[]): void {
    this.mark = mark;
    peer.connection.receive(encode(...words));
  }
}

function clientOf({ clients }: MemoryServer, peer: RespPeer): ConnectedClient {
  const { host, port } = peer.connection.remote;
  const found = [...clients.all()].find((client) => client.remote === `${host}:${port}`);
  assert.ok(found !== undefined);
  return found;
}

test('a reply leaves when its mark is released, and not before', async () => {
  const world = new HoldingWorld();
  const { server, store } = await world.listenHolding();
  const peer = world.dial();
  world.send(peer, 2, 'SET', 'key', 'value');
  assert.equal(store.size, 1);
  server.release(1);
  assert.deepEqual(peer.takeReplies(), []);
  server.release(2);
  assert.deepEqual(peer.takeReplies(), ['OK']);
});

test('a reply whose mark is released already leaves at once', async () => {
  const world = new HoldingWorld();
  const { server } = await world.listenHolding();
  const peer = world.dial();
  assert.equal(peer.ask('PING'), 'PONG');
  world.mark = 7;
  server.release(7);
  assert.equal(peer.ask('PING'), 'PONG');
});

test('a release sends each client what was released to it, in order and in one write', async () => {
  const world = new HoldingWorld();
  const { server } = await world.listenHolding();
  const peers = [world.dial(), world.dial()];
  for (let mark = 1; mark <= 6; mark += 1) {
    for (const [i, peer] of peers.entries()) world.send(peer, mark, 'ECHO', `${mark} of ${i}`);
  }
  server.release(4);
  for (const [i, peer] of peers.entries()) {
    assert.equal(peer.connection.writes, 1);
    assert.deepEqual(peer.takeReplies(), [`1 of ${i}`, `2 of ${i}`, `3 of ${i}`, `4 of ${i}`]);
  }
  server.release(6);
  for (const [i, peer] of peers.entries()) {
    assert.equal(peer.connection.writes, 2);
    assert.deepEqual(peer.takeReplies(), [`5 of ${i}`, `6 of ${i}`]);
  }
});

test('a reply that needs no mark waits behind one of the same client, not behind those of others', async () => {
  const world = new HoldingWorld();
  const { server } = await world.listenHolding();
  const peer = world.dial();
  const other = world.dial();
  world.send(peer, 3, 'ECHO', 'first');
  world.mark = 0;
  peer.connection.receive(encode('ECHO', 'second'));
  assert.deepEqual(peer.takeReplies(), []);
  assert.equal(other.ask('PING'), 'PONG');
  server.release(3);
  assert.deepEqual(peer.takeReplies(), ['first', 'second']);
});

test('bytes that a slow connection keeps are not touched by replies that are held after them', async () => {
  const world = new HoldingWorld();
  const { server } = await world.listenHolding();
  const peer = world.dial();
  peer.connection.room = 0;
  for (let mark = 1; mark <= 4; mark += 1) world.send(peer, mark, 'ECHO', `number ${mark}`);
  server.release(2);
  for (let mark = 5; mark <= 8; mark += 1) world.send(peer, mark, 'ECHO', `number ${mark}`);
  server.release(8);
  world.send(world.dial(), 9, 'ECHO', 'something else in the same memory');
  peer.connection.drain();
  assert.deepEqual(
    peer.takeReplies(),
    Array.from({ length: 8 }, (_, i) => `number ${i + 1}`),
  );
});

test('replies of all sizes and for many marks come out as they went in', async () => {
  const world = new HoldingWorld();
  const { server } = await world.listenHolding();
  const peer = world.dial();
  const expected: string[] = [];
  const replies: unknown[] = [];
  for (let mark = 1; mark <= 300; mark += 1) {
    const text = String(mark).repeat((mark * mark) % 5_000);
    expected.push(text);
    world.send(peer, mark, 'ECHO', text);
    if (mark % 90 === 0) {
      server.release(mark - 45);
      replies.push(...peer.takeReplies());
      // More marks than are kept apart: none may leave early.
      assert.ok(replies.length <= mark - 45, `${replies.length} replies`);
    }
  }
  server.release(300);
  replies.push(...peer.takeReplies());
  assert.deepEqual(replies, expected);
});

test('a large reply is held whole, and what follows it as well', async () => {
  const world = new HoldingWorld();
  const { server, store } = await world.listenHolding();
  const value = 'x'.repeat(900_000);
  store.set('big', Buffer.from(value));
  const peer = world.dial();
  world.send(peer, 1, 'GET', 'big');
  world.send(peer, 2, 'ECHO', 'small');
  world.send(world.dial(), 2, 'GET', 'big');
  server.release(1);
  assert.deepEqual(peer.takeReplies(), [value]);
  server.release(2);
  assert.deepEqual(peer.takeReplies(), ['small']);
});

test('pushes are held like replies, and stay in order with those of their client', async () => {
  const world = new HoldingWorld();
  const memory = await world.listenHolding();
  const peer = world.dial();
  peer.ask('HELLO', 3);
  world.send(peer, 1, 'ECHO', 'before');
  world.mark = 2;
  clientOf(memory, peer).push((reply) => {
    reply.push(1);
    reply.bulkLatin1('change');
  });
  await world.simulation.advance(1);
  world.send(peer, 3, 'ECHO', 'behind');
  assert.equal(peer.connection.takeSent().length, 0);
  memory.server.release(3);
  const order = [...peer.connection.takeSent().matchAll(/before|change|behind/g)].map(String);
  assert.deepEqual(order, ['before', 'change', 'behind']);
});

test('a client that sends for ever while its replies are held is not read from until they leave', async () => {
  const world = new HoldingWorld();
  const memory = await world.listenHolding();
  const { server, store } = memory;
  store.set('big', Buffer.alloc(400_000, 'x'));
  const peer = world.dial();
  world.send(peer, 1, 'ECHO', 'x');
  peer.connection.receive(encode('GET', 'big').repeat(10));
  assert.equal(peer.connection.isReading, false);
  const heldBytes = clientOf(memory, peer).outputBytes;
  assert.ok(heldBytes >= clientLimits.outputBytesPause, `${heldBytes} bytes`);
  assert.ok(heldBytes < clientLimits.outputBytesPause + 400_100, `${heldBytes} bytes`);
  assert.equal(server.outputBufferBytes, heldBytes);
  let answered = 0;
  for (let mark = 1; mark <= 10 && answered < 11; mark += 1) {
    world.mark = mark + 1;
    server.release(mark);
    answered += peer.takeReplies().length;
    if (mark === 1) assert.equal(peer.connection.isReading, false);
  }
  assert.equal(answered, 11);
  assert.equal(peer.connection.isReading, true);
  assert.equal(server.queryBufferBytes, 0);
});

test('a client of which too much is still held after a release is not read from', async () => {
  const world = new HoldingWorld();
  const { server, store } = await world.listenHolding();
  store.set('big', Buffer.alloc(1 * MiB));
  const peer = world.dial();
  world.send(peer, 1, 'PING');
  world.send(peer, 2, 'GET', 'big');
  server.release(1);
  assert.deepEqual(peer.takeReplies(), ['PONG']);
  assert.equal(peer.connection.isReading, false);
});

test('a client that was not read from goes on only when it has read what was released', async () => {
  const world = new HoldingWorld();
  const { server, store } = await world.listenHolding();
  store.set('big', Buffer.alloc(1 * MiB, 'x'));
  const peer = world.dial();
  world.send(peer, 1, 'GET', 'big');
  peer.connection.room = 0;
  server.release(1);
  assert.equal(peer.connection.isReading, false);
  peer.connection.drain();
  assert.equal(peer.connection.isReading, true);
});

test('the first replies of a release have left before anybody goes on', async () => {
  const world = new HoldingWorld();
  const { server, store } = await world.listenHolding({
    onExecuted: () => (repliesAtExecution = other.takeReplies().length),
  });
  let repliesAtExecution = 0;
  store.set('big', Buffer.alloc(1 * MiB));
  const peer = world.dial();
  const other = world.dial();
  world.mark = 1;
  peer.connection.receive(encode('GET', 'big').repeat(2));
  world.send(other, 1, 'PING');
  repliesAtExecution = 0;
  server.release(1);
  assert.equal(repliesAtExecution, 1);
});

test('what is held for all clients together is bounded', async () => {
  const world = new HoldingWorld();
  const memory = await world.listenHolding({ outputBuffersBytesMax: 1 * MiB });
  memory.store.set('big', Buffer.alloc(300_000));
  const small = world.dial();
  world.send(small, 1, 'PING');
  const large = Array.from({ length: 4 }, () => world.dial());
  for (const peer of large) world.send(peer, 1, 'GET', 'big');
  assert.ok(memory.server.outputBufferBytes <= 1 * MiB);
  // Until a quarter is free.
  assert.equal(memory.server.counters.outputOverflows, 2);
  memory.server.release(1);
  assert.deepEqual(small.takeReplies(), ['PONG']);
  assert.equal(memory.server.outputBufferBytes, 0);
});

test('pushes that are held do not fill the memory', async () => {
  const world = new HoldingWorld();
  const memory = await world.listenHolding();
  const peer = world.dial();
  peer.ask('HELLO', 3);
  const client = clientOf(memory, peer);
  world.mark = 1;
  const value = Buffer.alloc(1 * MiB);
  for (let i = 0; i < 100 && !peer.connection.isDestroyed; i += 1) {
    client.push((reply) => reply.bulk(value, 0, value.length));
    await world.simulation.advance(1);
    assert.ok(client.outputBytes < clientLimits.outputBytesHard + 2 * MiB);
  }
  assert.equal(peer.connection.isDestroyed, true);
  assert.equal(memory.server.outputBufferBytes, 0);
});

for (const [said, bytes] of [
  ['QUIT', encode('QUIT')],
  ['something that is no command', '*1\r\n$-1\r\n'],
] as const) {
  test(`a client that says ${said} gets what is held, and then the end`, async () => {
    const world = new HoldingWorld();
    const { server, clients } = await world.listenHolding();
    const peer = world.dial();
    world.send(peer, 1, 'ECHO', 'held');
    world.mark = 2;
    peer.connection.receive(bytes);
    server.release(1);
    assert.deepEqual(peer.takeReplies(), ['held']);
    assert.equal(peer.connection.isEnded, false);
    server.release(2);
    assert.equal(peer.takeReplies().length, 1);
    assert.equal(peer.connection.isEnded, true);
    peer.connection.close();
    assert.equal(clients.size, 0);
  });
}

test('a client that kills itself gets its reply before the end', async () => {
  const world = new HoldingWorld();
  const memory = await world.listenHolding();
  const peer = world.dial();
  const id = String(clientOf(memory, peer).id);
  world.send(peer, 1, 'CLIENT', 'KILL', 'ID', id, 'SKIPME', 'NO');
  assert.equal(peer.connection.isEnded, false);
  memory.server.release(1);
  assert.deepEqual(peer.takeReplies(), [1]);
  assert.equal(peer.connection.isEnded, true);
});

test('what was held for a client that died is forgotten', async () => {
  const world = new HoldingWorld();
  const memory = await world.listenHolding();
  const peer = world.dial();
  const client = clientOf(memory, peer);
  world.send(peer, 1, 'PING');
  peer.connection.close();
  assert.deepEqual([memory.server.outputBufferBytes, client.outputBytes], [0, 0]);
  world.dial();
  memory.server.failHeld('the disk failed');
  await world.simulation.advance(2_000);
  assert.deepEqual(world.warnings, []);
});

test('a server that closes sends what is held once it is released', async () => {
  const world = new HoldingWorld();
  const { server } = await world.listenHolding();
  const peer = world.dial();
  world.send(peer, 1, 'PING');
  const closed = server.close();
  assert.equal(peer.connection.isEnded, false);
  server.release(1);
  assert.deepEqual(peer.takeReplies(), ['PONG']);
  assert.equal(peer.connection.isEnded, true);
  peer.connection.close();
  await world.simulation.settle(closed);
});

test('a server that closes does not wait for ever for what is held', async () => {
  const world = new HoldingWorld();
  const { server } = await world.listenHolding();
  const peer = world.dial();
  world.send(peer, 1, 'PING');
  const closed = server.close();
  await world.simulation.advance(serverLimits.closeMs - 1);
  assert.equal(peer.connection.isDestroyed, false);
  await world.simulation.settle(closed);
  assert.deepEqual([peer.connection.isDestroyed, peer.connection.writes], [true, 0]);
});

/** What a reply says whose truth nobody will know. */
const unknown = /^UNKNOWN it is not known whether what this tells of is kept: the disk failed$/;

function assertUnknown(replies: readonly unknown[], count: number): void {
  assert.equal(replies.length, count);
  for (const reply of replies) {
    assert.ok(reply instanceof ReplyError);
    assert.match(`${reply.code} ${reply.message}`, unknown);
  }
}

test('if nobody will know whether what is held is durable, each reply says so, and its client goes on', async () => {
  const world = new HoldingWorld();
  const { server } = await world.listenHolding();
  const [one, several, idle] = [world.dial(), world.dial(), world.dial()];
  world.send(one, 1, 'GET', 'key');
  world.send(several, 1, 'SET', 'key', 'kept');
  world.mark = 2;
  several.connection.receive(encode('SET', 'key', 'lost') + encode('ECHO', 'x'.repeat(5_000)));
  world.send(several, 3, 'PING');
  server.release(1);
  assert.deepEqual(several.takeReplies(), ['OK']);
  world.send(one, 3, 'GET', 'key');
  one.takeReplies();
  server.failHeld('the disk failed');
  assertUnknown(several.takeReplies(), 3);
  assertUnknown(one.takeReplies(), 1);
  world.mark = 0;
  for (const peer of [one, several, idle]) assert.equal(peer.ask('PING'), 'PONG');
  assert.equal(server.outputBufferBytes, 0);
});

test('what is held behind a mark that was never released does not hold later replies', async () => {
  const world = new HoldingWorld();
  const { server } = await world.listenHolding();
  const peer = world.dial();
  world.send(peer, 5, 'PING');
  server.failHeld('the disk failed');
  assertUnknown(peer.takeReplies(), 1);
  world.send(peer, 5, 'PING');
  assert.deepEqual(peer.takeReplies(), []);
  server.release(5);
  assert.deepEqual(peer.takeReplies(), ['PONG']);
});

test('who was not read from because too much was held for it is read from when that is lost', async () => {
  const world = new HoldingWorld();
  const { server } = await world.listenHolding();
  const peer = world.dial();
  while (peer.connection.isReading) world.send(peer, 1, 'ECHO', 'x'.repeat(100 * KiB));
  const held = server.outputBufferBytes;
  assert.ok(held > MiB / 2);
  world.mark = 0;
  server.failHeld('the disk failed');
  assertUnknown(peer.takeReplies(), Math.floor(held / (100 * KiB)));
  assert.equal(peer.connection.isReading, true);
});

test('a client that waits to be closed hears that it is not known, and is closed', async () => {
  const world = new HoldingWorld();
  const { server } = await world.listenHolding();
  const peer = world.dial();
  world.send(peer, 1, 'QUIT');
  server.failHeld('the disk failed');
  assertUnknown(peer.takeReplies(), 1);
  assert.equal(peer.connection.isEnded, true);
});

test('more replies than may wait for a client are not replaced: it is closed', async () => {
  const world = new HoldingWorld();
  const { server } = await world.listenHolding();
  const peer = world.dial();
  const reason = 'y'.repeat(500);
  const commands = encode('PING').repeat(10_000);
  world.mark = 1;
  for (let i = 0; i < 10; i += 1) peer.connection.receive(commands);
  server.failHeld(reason);
  assert.equal(peer.connection.isDestroyed, true);
});

test('who waits for pushes that will never be durable is closed without them', async () => {
  const world = new HoldingWorld();
  const memory = await world.listenHolding();
  const [peer, other] = [world.dial(), world.dial()];
  const change = async (each: RespPeer, mark: number): Promise<void> => {
    world.mark = mark;
    clientOf(memory, each).push((reply) => {
      reply.push(1);
      reply.bulkLatin1('change');
    });
    await world.simulation.advance(1);
  };
  for (const each of [peer, other]) each.ask('HELLO', 3);
  for (const each of [peer, other]) await change(each, 1);
  memory.server.release(1);
  for (const each of [peer, other]) each.connection.takeSent();
  await change(peer, 2);
  world.send(peer, 2, 'PING');
  world.send(other, 2, 'PING');
  memory.server.failHeld('the disk failed');
  assert.deepEqual([peer.connection.isDestroyed, peer.connection.takeSent().length], [true, 0]);
  // Its pushes have left before: what it misses is one reply.
  assertUnknown(other.takeReplies(), 1);
  await world.simulation.advance(2_000);
  assert.equal(world.warnings.length, 1);
  assert.match(world.warnings[0] ?? '', /"count":1,.*the disk failed/);
});

test('the end of a client that is to be told it waits as long as its replies are held', async () => {
  const world = new HoldingWorld();
  const { server } = await world.listenHolding();
  const peer = world.dial();
  world.send(peer, 1, 'QUIT');
  await world.simulation.advance(clientLimits.firstCommandMs * 3);
  assert.equal(peer.connection.isDestroyed, false);
  server.release(1);
  // It has its time to close from now on.
  await world.simulation.advance(clientLimits.firstCommandMs - 1_000);
  assert.equal(peer.connection.isDestroyed, false);
  assert.deepEqual(peer.takeReplies(), ['OK']);
  await world.simulation.advance(4_000);
  assert.equal(peer.connection.isDestroyed, true);
});

test('a client is not idle while it waits for its reply', async () => {
  const world = new HoldingWorld();
  const { server } = await world.listenHolding();
  const peer = world.dial();
  world.send(peer, 1, 'PING');
  await world.simulation.advance(clientLimits.idleMs * 2);
  server.release(1);
  await world.simulation.advance(clientLimits.idleMs - 1_000);
  assert.equal(peer.connection.isDestroyed, false);
  await world.simulation.advance(clientLimits.idleMs);
  assert.equal(peer.connection.isDestroyed, true);
});

test('held replies do not keep a client that never authenticates', async () => {
  const world = new HoldingWorld();
  await world.listenHolding({ authenticate: () => false });
  const peer = world.dial();
  world.send(peer, 1, 'PING');
  await world.simulation.advance(13_000);
  assert.equal(peer.connection.isDestroyed, true);
});
