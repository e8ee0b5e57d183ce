import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encode, RespWorld } from '../../test/support/resp-world.ts';
import { clientLimits } from '../core/limits.ts';

const KiB = 1_024;
const MiB = 1_024 * KiB;

test('many commands of one read are answered in order and in one write', async () => {
  const world = new RespWorld();
  await world.listen();
  const peer = world.dial();
  const stream = Array.from({ length: 1_000 }, (_, i) => encode('ECHO', String(i))).join('');
  peer.connection.receive(stream);
  assert.equal(peer.connection.writes, 1);
  assert.deepEqual(
    peer.takeReplies(),
    Array.from({ length: 1_000 }, (_, i) => String(i)),
  );
});

test('a command may come byte by byte, and is executed when its last byte is there', async () => {
  const world = new RespWorld();
  const { store } = await world.listen();
  const peer = world.dial();
  const stream = encode('SET', 'key', 'value\r\n') + encode('GET', 'key');
  for (const byte of stream.slice(0, -1)) peer.connection.receive(byte);
  assert.deepEqual(peer.takeReplies(), ['OK']);
  peer.connection.receive('\n');
  assert.deepEqual(peer.takeReplies(), ['value\r\n']);
  assert.deepEqual([...store.keys()], ['key']);
});

test('memory for a cut command is given back when the command is executed', async () => {
  const world = new RespWorld();
  const { server } = await world.listen();
  const peer = world.dial();
  const stream = encode('SET', 'key', 'x'.repeat(1 * MiB));
  for (let at = 0; at < stream.length; at += 10_000) {
    peer.connection.receive(stream.slice(at, at + 10_000));
    assert.ok(server.queryBufferBytes <= 3 * (at + 10_000) + 256 * KiB);
  }
  assert.deepEqual(peer.takeReplies(), ['OK']);
  assert.equal(server.queryBufferBytes, 0);
});

test('commands behind QUIT are not executed', async () => {
  const world = new RespWorld();
  const { store } = await world.listen();
  const peer = world.dial();
  peer.connection.receive(encode('PING') + encode('QUIT') + encode('SET', 'key', 'value'));
  assert.deepEqual(peer.takeReplies(), ['PONG', 'OK']);
  assert.equal(peer.connection.isEnded, true);
  assert.equal(store.size, 0);
});

test('commands before a protocol error are answered, then the error, then the end', async () => {
  const world = new RespWorld();
  const { server, clients } = await world.listen();
  const peer = world.dial();
  peer.connection.receive(`${encode('PING')}*1\r\n$-1\r\n${encode('PING')}`);
  assert.equal(peer.connection.takeSent(), '+PONG\r\n-ERR Protocol error: invalid bulk length\r\n');
  assert.equal(peer.connection.isEnded, true);
  assert.equal(server.counters.protocolErrors, 1);
  peer.connection.close();
  assert.equal(clients.size, 0);
});

test('a client that does not read its replies is not read from until it does', async () => {
  const world = new RespWorld();
  const { store, server } = await world.listen();
  store.set('big', Buffer.alloc(400_000, 'x'));
  const peer = world.dial();
  peer.connection.room = 0;
  peer.connection.receive(encode('GET', 'big').repeat(100));
  assert.equal(peer.connection.isReading, false);
  const heldBytes = peer.connection.bufferedBytes;
  assert.ok(heldBytes >= clientLimits.outputBytesPause, `${heldBytes} bytes`);
  assert.ok(heldBytes < clientLimits.outputBytesPause + 400_100, `${heldBytes} bytes`);
  let answered = 0;
  for (let turn = 0; turn < 100 && answered < 100; turn += 1) {
    peer.connection.drain();
    answered += peer.takeReplies().length;
  }
  assert.equal(answered, 100);
  assert.equal(peer.connection.isReading, true);
  assert.equal(server.queryBufferBytes, 0);
});

test('a reply larger than the hard limit closes its client, and nobody else', async () => {
  const world = new RespWorld();
  const { store, server } = await world.listen();
  store.set('big', Buffer.alloc(1 * MiB));
  const peer = world.dial();
  const other = world.dial();
  peer.connection.receive(encode('MGET', ...Array.from({ length: 100 }, () => 'big')));
  assert.equal(peer.connection.isDestroyed, true);
  assert.equal(server.counters.outputOverflows, 1);
  assert.equal(other.ask('PING'), 'PONG');
});

test('a client that stays above the soft limit is closed after ten seconds', async () => {
  const world = new RespWorld();
  const { store } = await world.listen();
  store.set('big', Buffer.alloc(1 * MiB));
  const peer = world.dial();
  peer.connection.room = 0;
  peer.connection.receive(encode('MGET', ...Array.from({ length: 9 }, () => 'big')));
  await world.simulation.advance(9_000);
  assert.equal(peer.connection.isDestroyed, false);
  await world.simulation.advance(4_000);
  assert.equal(peer.connection.isDestroyed, true);
});

test('a client that reads falls below the soft limit, and its ten seconds begin anew', async () => {
  const world = new RespWorld();
  const { clients } = await world.listen();
  const peer = world.dial();
  peer.ask('HELLO', 3);
  peer.connection.room = 0;
  const client = [...clients.all()][0];
  assert.ok(client !== undefined);
  const value = Buffer.alloc(3 * MiB);
  const push = async (): Promise<void> => {
    client.push((reply) => reply.bulk(value, 0, value.length));
    await world.simulation.advance(1);
  };
  // Between 6 and 9 MiB wait: never nothing, and never more than 8 for long.
  await push();
  await push();
  for (let second = 0; second < 30; second += 1) {
    await push();
    peer.connection.takeFirst();
    await world.simulation.advance(999);
  }
  assert.equal(peer.connection.isDestroyed, false);
});

for (const words of [['HELLO', '2'], ['RESET']]) {
  const said = words.join(' ');
  test(`pushes that wait when a client says ${said} do not follow its reply`, async () => {
    const world = new RespWorld();
    const { clients } = await world.listen();
    const peer = world.dial();
    peer.ask('HELLO', 3);
    const client = [...clients.all()][0];
    client?.push((reply) => reply.push(0));
    peer.connection.receive(encode(...words));
    await world.simulation.advance(1);
    assert.ok(!peer.connection.takeSent().includes('>'));
    peer.ask('HELLO', 3);
    client?.push((reply) => reply.push(0));
    await world.simulation.advance(1);
    peer.takeReplies();
    assert.equal(peer.pushes.length, 1);
  });
}

test('pushes leave after the replies of the turn, in one write', async () => {
  const world = new RespWorld();
  const { clients } = await world.listen();
  const peer = world.dial();
  peer.ask('HELLO', 3);
  const client = [...clients.all()][0];
  assert.ok(client !== undefined);
  for (const key of ['a', 'b']) {
    client.push((reply) => {
      reply.push(2);
      reply.bulkLatin1('change');
      reply.bulkLatin1(key);
    });
  }
  assert.equal(peer.ask('PING'), 'PONG');
  assert.deepEqual(peer.pushes, []);
  const writesBefore = peer.connection.writes;
  await world.simulation.advance(1);
  peer.takeReplies();
  assert.deepEqual(peer.pushes, [
    ['change', 'a'],
    ['change', 'b'],
  ]);
  assert.equal(peer.connection.writes, writesBefore + 1);
});

test('a client that does not read its pushes is closed before they fill the memory', async () => {
  const world = new RespWorld();
  const { clients } = await world.listen();
  const peer = world.dial();
  peer.ask('HELLO', 3);
  peer.connection.room = 0;
  const client = [...clients.all()][0];
  assert.ok(client !== undefined);
  const value = Buffer.alloc(1 * MiB);
  for (let i = 0; i < 100 && !peer.connection.isDestroyed; i += 1) {
    client.push((reply) => {
      reply.push(1);
      reply.bulk(value, 0, value.length);
    });
    await world.simulation.advance(1);
    assert.ok(peer.connection.bufferedBytes < clientLimits.outputBytesHard + 2 * MiB);
  }
  assert.equal(peer.connection.isDestroyed, true);
});

test('what is kept for a client is dropped once when it is over', async () => {
  const world = new RespWorld();
  const { clients } = await world.listen();
  const peer = world.dial();
  let dropped = 0;
  [...clients.all()][0]?.onClosed(() => (dropped += 1));
  assert.equal(peer.ask('RESET'), 'RESET');
  assert.equal(dropped, 1);
  [...clients.all()][0]?.onClosed(() => (dropped += 1));
  peer.connection.close();
  assert.equal(dropped, 2);
});
