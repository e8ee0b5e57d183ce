import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientLimits } from '../../src/core/limits.ts';
import { ReplyError } from '../../src/resp/reply-value.ts';
import { encode, RespWorld } from '../support/resp-world.ts';

// What bad input gets: one test for each promise, on a whole server with a second, innocent client.

const KiB = 1_024;
const MiB = 1_024 * KiB;

const protocolErrors: readonly (readonly [input: string, error: string])[] = [
  ['*2147483648\r\n', 'invalid multibulk length'],
  ['*1a\r\n', 'invalid multibulk length'],
  ['*1048577\r\n', 'invalid multibulk length'],
  ['*1\r\n$536870913\r\n', 'invalid bulk length'],
  ['*1\r\n$-1\r\n', 'invalid bulk length'],
  ['*1\r\n$+4\r\nPING\r\n', 'invalid bulk length'],
  ['*1\r\n$04\r\nPING\r\n', 'invalid bulk length'],
  ['*1\r\n$4\r\nPINGxx', 'a bulk string does not end'],
  ['x'.repeat(65 * KiB), 'too big inline request'],
  ['SET a "b\r\n', 'unbalanced quotes in request'],
];

for (const [input, error] of protocolErrors) {
  const shown = JSON.stringify(input.slice(0, 24));
  test(`${shown} is answered with a protocol error and closed; nothing is allocated from it`, async () => {
    const world = new RespWorld();
    const { server, store } = await world.listen();
    const peer = world.dial();
    const other = world.dial();
    peer.connection.receive(input);
    assert.ok(peer.connection.takeSent().startsWith(`-ERR Protocol error: ${error}`));
    assert.equal(peer.connection.isEnded, true);
    assert.equal(server.queryBufferBytes, 0);
    assert.equal(store.size, 0);
    assert.equal(other.ask('PING'), 'PONG');
    await world.simulation.advance(2_000);
    assert.equal(world.warnings.length, 1);
    assert.match(world.warnings[0] ?? '', /clients closed.*"count":1/);
  });
}

for (const input of [
  'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n',
  'POST / HTTP/1.1\r\n\r\nSET a b\r\n',
  'Host: localhost\r\nSET a b\r\n',
  '\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03\r\nSET a b\r\n',
]) {
  const shown = JSON.stringify(input.slice(0, 12));
  test(`HTTP or TLS (${shown} …) is closed unanswered and nothing of it is executed`, async () => {
    const world = new RespWorld();
    const { server, store } = await world.listen();
    const peer = world.dial();
    peer.connection.receive(input);
    assert.equal(peer.connection.takeSent(), '');
    assert.equal(peer.connection.isDestroyed, true);
    assert.equal(store.size, 0);
    assert.equal(server.counters.foreignProtocols, 1);
  });
}

test('a client that sends one byte a second is closed by the first-command timeout', async () => {
  const world = new RespWorld();
  const { server } = await world.listen();
  const peer = world.dial();
  const other = world.dial();
  other.ask('PING');
  for (const byte of encode('SET', 'key', 'a long value').slice(0, 13)) {
    peer.connection.receive(byte);
    await world.simulation.advance(1_000);
  }
  assert.equal(peer.connection.isDestroyed, true);
  assert.equal(server.counters.timeouts, 1);
  assert.equal(other.connection.isDestroyed, false);
  assert.equal(server.queryBufferBytes, 0);
});

test('a client that says nothing for five minutes is closed, one that listens is not', async () => {
  const world = new RespWorld();
  const { clients } = await world.listen();
  const idle = world.dial();
  const listening = world.dial();
  const active = world.dial();
  for (const peer of [idle, listening, active]) peer.ask('PING');
  for (const client of clients.all()) client.isListening = client.id === 2;
  for (let minute = 0; minute < 6; minute += 1) {
    await world.simulation.advance(60_000);
    active.ask('PING');
  }
  assert.equal(idle.connection.isDestroyed, true);
  assert.equal(listening.connection.isDestroyed, false);
  assert.equal(active.connection.isDestroyed, false);
});

test('a value of 8 MiB in 1-byte segments is taken in linear time, refused, and its memory given back', async () => {
  const world = new RespWorld();
  const { server, store } = await world.listen();
  const peer = world.dial();
  const head = '*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$8388608\r\n';
  for (const byte of head) peer.connection.receive(byte);
  // Quadratic work would take hours for this.
  for (let i = 0; i < 8 * MiB; i += 1) peer.connection.receive('x');
  peer.connection.receive('\r\n');
  assert.deepEqual(peer.takeReplies(), [
    new ReplyError('ERR the value has 8388608 bytes, at most 1048576 are taken'),
  ]);
  assert.equal(store.size, 0);
  assert.equal(server.queryBufferBytes, 0);
  assert.equal(peer.ask('PING'), 'PONG');
});

test('a command beyond the query buffer is refused before it is received', async () => {
  const world = new RespWorld();
  const { server } = await world.listen();
  const peer = world.dial();
  peer.connection.receive('*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$16777200\r\n');
  assert.match(
    peer.connection.takeSent(),
    /-ERR Protocol error: a command is larger than 16777216/,
  );
  assert.equal(server.queryBufferBytes, 0);
});

test('unfinished commands of all clients together have a bound', async () => {
  const world = new RespWorld();
  const { server } = await world.listen({ queryBuffersBytesMax: 10 * MiB });
  const peers = Array.from({ length: 20 }, () => world.dial());
  for (const peer of peers) {
    peer.connection.receive(`*2\r\n$3\r\nGET\r\n$8000000\r\n${'x'.repeat(1 * MiB)}`);
    assert.ok(server.queryBufferBytes <= 10 * MiB);
  }
  const open = peers.filter((peer) => peer.connection.isOpen);
  assert.ok(open.length > 0 && open.length < 20, `${open.length} are open`);
});

test('who sends halves of large commands does not keep others from sending theirs', async () => {
  const world = new RespWorld();
  const { server, store } = await world.listen({ queryBuffersBytesMax: 10 * MiB });
  const hogs = Array.from({ length: 20 }, () => world.dial());
  for (const hog of hogs) {
    hog.connection.receive(`*2\r\n$3\r\nGET\r\n$8000000\r\n${'x'.repeat(300 * KiB)}`);
  }
  const other = world.dial();
  const stream = encode('SET', 'key', 'v'.repeat(200 * KiB));
  for (let at = 0; at < stream.length; at += 50 * KiB) {
    other.connection.receive(stream.slice(at, at + 50 * KiB));
    assert.ok(server.queryBufferBytes <= 10 * MiB);
  }
  assert.deepEqual(other.takeReplies(), ['OK']);
  assert.ok(store.has('key'));
  assert.ok(hogs.some((hog) => hog.connection.isDestroyed));
  await world.simulation.advance(2_000);
  assert.equal(world.warnings.length, 1);
});

test('what all clients together have not read has a bound, and who holds the most is closed', async () => {
  const world = new RespWorld();
  const outputBuffersBytesMax = 20 * MiB;
  const { server, clients, store } = await world.listen({ outputBuffersBytesMax });
  store.set('big', Buffer.alloc(1 * MiB));
  const modest = world.dial();
  modest.connection.room = 0;
  modest.connection.receive(encode('GET', 'big'));
  const peers = Array.from({ length: 20 }, () => world.dial());
  for (const peer of peers) {
    peer.connection.room = 0;
    peer.connection.receive(encode('MGET', 'big', 'big'));
    assert.ok(server.outputBufferBytes <= outputBuffersBytesMax);
  }
  const watchers = Array.from({ length: 50 }, () => world.dial('127.0.0.2'));
  for (const watcher of watchers) watcher.ask('HELLO', 3);
  const value = Buffer.alloc(100 * KiB);
  // Pushes wait for the end of the turn, and count as well.
  for (const client of clients.all()) {
    if (client.remote.startsWith('127.0.0.2'))
      client.push((reply) => reply.bulk(value, 0, value.length));
    assert.ok(server.outputBufferBytes <= outputBuffersBytesMax);
  }
  assert.ok(peers.some((peer) => peer.connection.isDestroyed));
  assert.equal(modest.connection.isDestroyed, false);
  modest.connection.drain();
  assert.equal(modest.takeReplies().length, 1);
  assert.equal(world.dial().ask('PING'), 'PONG');
  for (const peer of [...peers, ...watchers]) if (peer.connection.isOpen) peer.connection.close();
  assert.equal(server.outputBufferBytes, 0);
  await world.simulation.advance(2_000);
  assert.equal(world.warnings.length, 1);
});

test('pipelined GETs of 1 MiB by a client that never reads stay within bounds and end', async () => {
  const world = new RespWorld();
  const { store } = await world.listen();
  store.set('big', Buffer.alloc(1 * MiB));
  const peer = world.dial();
  const other = world.dial();
  peer.connection.room = 0;
  let sent = 0;
  while (peer.connection.isReading && sent < 1_000_000) {
    peer.connection.receive(encode('GET', 'big').repeat(1_000));
    sent += 1_000;
  }
  assert.equal(sent, 1_000);
  assert.ok(peer.connection.bufferedBytes < 3 * MiB);
  assert.equal(other.ask('PING'), 'PONG');
  await world.simulation.advance(310_000);
  assert.equal(peer.connection.isDestroyed, true);
});

test('keys with NUL, CR LF, 0xFF, invalid UTF-8 and names of prototypes are stored byte-exact', async () => {
  const world = new RespWorld();
  const { store } = await world.listen();
  const peer = world.dial();
  for (const key of ['\0', '\r\n', '\xff', '\xc3\x28', '__proto__', 'constructor', 'x\r\n*1\r\n']) {
    peer.connection.receive(encode('SET', key, `value of ${key}`) + encode('GET', key));
    assert.equal(peer.connection.takeSent(), `+OK\r\n$${9 + key.length}\r\nvalue of ${key}\r\n`);
    assert.ok(store.has(key));
  }
});

test('keys and values that are too long are refused with their bound, and the connection lives', async () => {
  const world = new RespWorld();
  await world.listen();
  const peer = world.dial();
  const longKey = 'k'.repeat(clientLimits.keyBytesMax + 1);
  const keyError = new ReplyError('ERR the key has 4097 bytes, at most 4096 are taken');
  assert.deepEqual(peer.ask('SET', longKey, 'v'), keyError);
  assert.deepEqual(peer.ask('MGET', 'a', 'b', longKey), keyError);
  assert.equal(peer.ask('SET', 'k', 'v'.repeat(clientLimits.valueBytesMax)), 'OK');
  assert.equal(peer.ask('SET', 'k'.repeat(4_096), longKey), 'OK');
  const valueError = new ReplyError('ERR the value has 1048577 bytes, at most 1048576 are taken');
  assert.deepEqual(peer.ask('SET', 'k', 'v'.repeat(clientLimits.valueBytesMax + 1)), valueError);
  assert.equal(peer.ask('PING'), 'PONG');
});

test('an error echoes at most 128 bytes of input, escaped', async () => {
  const world = new RespWorld();
  await world.listen();
  const peer = world.dial();
  const hostile = '\r\n+OK\r\n\x1b[2J\x07é';
  peer.connection.receive(encode(hostile.repeat(50), hostile.repeat(50)));
  const line = peer.connection.takeSent();
  assert.match(
    line,
    /^-ERR unknown command '[\x20-\x7e]+', with args beginning with: [\x20-\x7e]*\r\n$/,
  );
  assert.ok(line.length < 128 + 70, line);
  peer.connection.receive(encode('CLIENT', hostile.repeat(50)));
  assert.match(
    peer.connection.takeSent(),
    /^-ERR unknown subcommand '[\x20-\x7e]{1,128}'\. Try CLIENT HELP\.\r\n$/,
  );
  peer.connection.receive(encode('HELLO', '3', hostile.repeat(50)));
  assert.match(
    peer.connection.takeSent(),
    /^-ERR Syntax error in HELLO option '[\x20-\x7e]{1,128}'\r\n$/,
  );
});

test('a pattern with many stars is matched in time that the pattern and the text bound', async () => {
  const world = new RespWorld();
  await world.listen();
  const peer = world.dial();
  assert.deepEqual(peer.ask('CONFIG', 'GET', `${'*a'.repeat(120)}*b`), []);
});
