import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RespWorld, type RespPeer } from '../../../test/support/resp-world.ts';
import { ReplyError, type ReplyValue } from '../reply-value.ts';

async function dial(): Promise<RespPeer> {
  const world = new RespWorld();
  await world.listen();
  return world.dial();
}

function textOf(reply: ReplyValue): string {
  assert.ok(typeof reply === 'string');
  return reply;
}

test('HELLO chooses the protocol, and says who answers', async () => {
  const peer = await dial();
  const greeting = peer.ask('HELLO', 3);
  assert.ok(greeting instanceof Map);
  assert.deepEqual([greeting.get('proto'), greeting.get('mode')], [3, 'standalone']);
  assert.ok(peer.ask('HELLO') instanceof Map);
  assert.ok(Array.isArray(peer.ask('HELLO', 2)));
  assert.ok(Array.isArray(peer.ask('hello')));
});

test('HELLO refuses a protocol that is not spoken with NOPROTO, and changes nothing', async () => {
  const peer = await dial();
  assert.deepEqual(peer.ask('HELLO', 4), new ReplyError('NOPROTO unsupported protocol version'));
  assert.match((peer.ask('HELLO', 'x') as ReplyError).message, /not an integer/);
  assert.match((peer.ask('HELLO', 3, 'SETNAME') as ReplyError).message, /Syntax error in HELLO/);
  assert.ok(Array.isArray(peer.ask('HELLO')));
});

test('HELLO names the client', async () => {
  const peer = await dial();
  peer.ask('HELLO', 3, 'SETNAME', 'heather');
  assert.equal(peer.ask('CLIENT', 'GETNAME'), 'heather');
  assert.match((peer.ask('HELLO', 3, 'SETNAME', 'a b') as ReplyError).message, /cannot contain/);
});

test('AUTH where no password is configured gets the error of Redis', async () => {
  const peer = await dial();
  assert.match((peer.ask('AUTH', 'x') as ReplyError).message, /without any password configured/);
  assert.equal((peer.ask('AUTH', 'somebody', 'x') as ReplyError).code, 'WRONGPASS');
});

test('PING, ECHO, SELECT, RESET and QUIT answer as in Redis', async () => {
  const peer = await dial();
  assert.equal(peer.ask('PING'), 'PONG');
  assert.equal(peer.ask('PING', 'hello'), 'hello');
  assert.match((peer.ask('PING', 'a', 'b') as ReplyError).message, /wrong number of arguments/);
  assert.equal(peer.ask('ECHO', 'größe'), 'größe');
  assert.equal(peer.ask('SELECT', 0), 'OK');
  assert.equal((peer.ask('SELECT', 1) as ReplyError).message, 'DB index is out of range');
  assert.match((peer.ask('SELECT', 'x') as ReplyError).message, /not an integer/);
  peer.ask('HELLO', 3);
  assert.equal(peer.ask('RESET'), 'RESET');
  assert.ok(Array.isArray(peer.ask('HELLO')));
  assert.equal(peer.ask('QUIT'), 'OK');
  assert.equal(peer.connection.isEnded, true);
});

test('CLIENT LIST and INFO show each connection on a line, with what it said of itself', async () => {
  const world = new RespWorld();
  await world.listen();
  const one = world.dial();
  const two = world.dial();
  one.ask('CLIENT', 'SETNAME', 'one');
  one.ask('CLIENT', 'SETINFO', 'LIB-NAME', 'redis-test');
  one.ask('CLIENT', 'SETINFO', 'lib-ver', '1.2');
  const lines = textOf(two.ask('CLIENT', 'LIST')).trim().split('\n');
  assert.equal(lines.length, 2);
  assert.match(
    lines[0] ?? '',
    /^id=1 addr=127\.0\.0\.1:\d+ name=one .*lib-name=redis-test lib-ver=1\.2$/,
  );
  assert.match(textOf(two.ask('CLIENT', 'INFO')), /^id=2 /);
  assert.equal(textOf(two.ask('CLIENT', 'LIST', 'ID', 1)).trim(), lines[0]);
  assert.equal(
    textOf(two.ask('CLIENT', 'LIST', 'TYPE', 'normal'))
      .trim()
      .split('\n').length,
    2,
  );
  assert.equal((two.ask('CLIENT', 'LIST', 'NONSENSE') as ReplyError).message, 'syntax error');
});

test('CLIENT KILL closes the connection that it names, and only that', async () => {
  const world = new RespWorld();
  await world.listen();
  const [one, two, three] = [world.dial(), world.dial(), world.dial()];
  assert.equal(one.ask('CLIENT', 'KILL', 'ID', 2), 1);
  assert.equal(one.ask('CLIENT', 'KILL', 'ID', 2), 0);
  assert.equal(two.connection.isDestroyed, true);
  const { host, port } = three.connection.remote;
  assert.equal(one.ask('CLIENT', 'KILL', `${host}:${port}`), 'OK');
  assert.equal(three.connection.isDestroyed, true);
  assert.equal((one.ask('CLIENT', 'KILL', '1.2.3.4:5') as ReplyError).message, 'No such client');
});

test('CLIENT KILL spares whoever says it, unless it says SKIPME NO or its own address', async () => {
  const world = new RespWorld();
  await world.listen();
  const [one, two, three] = [world.dial(), world.dial(), world.dial()];
  assert.equal(one.ask('CLIENT', 'KILL', 'ID', 1), 0);
  assert.equal(one.ask('CLIENT', 'KILL', 'SKIPME', 'YES'), 2);
  assert.equal(two.connection.isDestroyed && three.connection.isDestroyed, true);
  assert.equal(one.connection.isOpen, true);
  assert.equal(one.ask('CLIENT', 'KILL', 'ID', 1, 'SKIPME', 'no'), 1);
  assert.equal(one.connection.isEnded, true);
  const four = world.dial();
  const { host, port } = four.connection.remote;
  const { message } = four.ask('CLIENT', 'KILL', 'ID', 4, 'SKIPME') as ReplyError;
  assert.equal(message, 'syntax error');
  assert.equal(four.ask('CLIENT', 'KILL', `${host}:${port}`), 'OK');
  assert.equal(four.connection.isEnded, true);
});

test('subcommands that are not there are told as Redis tells it, and HELP shows those that are', async () => {
  const peer = await dial();
  const unknown = new ReplyError("ERR unknown subcommand 'MAINT_NOTIFICATIONS'. Try CLIENT HELP.");
  assert.deepEqual(peer.ask('CLIENT', 'MAINT_NOTIFICATIONS', 'ON'), unknown);
  const help = peer.ask('CLIENT', 'HELP');
  assert.ok(Array.isArray(help) && help.includes('SETNAME connection-name'));
  assert.match((peer.ask('CLIENT', 'TRACKING', 'ON') as ReplyError).message, /is not offered/);
  assert.match(
    (peer.ask('CLIENT') as ReplyError).message,
    /wrong number of arguments for 'client'/,
  );
  assert.match((peer.ask('CLIENT', 'SETNAME') as ReplyError).message, /for 'client\|setname'/);
});

test('commands that cannot be offered say why, and the connection stays usable', async () => {
  const peer = await dial();
  for (const name of ['MULTI', 'exec', 'WATCH', 'SUBSCRIBE', 'EVAL', 'DEBUG']) {
    const error = peer.ask(name, 'a');
    assert.ok(error instanceof ReplyError);
    assert.match(error.message, new RegExp(`^${name.toUpperCase()} is not offered: `));
  }
  assert.equal(peer.ask('PING'), 'PONG');
});

test('an unknown command is answered in the very words of Redis', async () => {
  const peer = await dial();
  peer.connection.receive('*3\r\n$3\r\nFOO\r\n$3\r\nbar\r\n$1\r\nb\r\n*1\r\n$3\r\nFOO\r\n');
  assert.equal(
    peer.connection.takeSent(),
    "-ERR unknown command 'FOO', with args beginning with: 'bar' 'b' \r\n" +
      "-ERR unknown command 'FOO', with args beginning with: \r\n",
  );
});

test('INFO has what clients wait for, and the sections that are asked for', async () => {
  const peer = await dial();
  const text = textOf(peer.ask('INFO'));
  for (const line of ['loading:0', 'redis_version:7.0.0', 'atoll_version:0.0.0', '# Clients']) {
    assert.ok(text.includes(`${line}\r\n`), line);
  }
  assert.ok(!text.includes('cmdstat_'));
  assert.match(
    textOf(peer.ask('INFO', 'commandstats')),
    /^# Commandstats\r\ncmdstat_info:calls=1,/,
  );
  assert.match(textOf(peer.ask('INFO', 'everything')), /loading:0[^]*cmdstat_info/);
  assert.equal(textOf(peer.ask('INFO', 'nosuch')), '');
});

test('CONFIG GET answers patterns with the truth, CONFIG SET says what to do instead', async () => {
  const peer = await dial();
  assert.deepEqual(peer.ask('CONFIG', 'GET', 'save'), ['save', '']);
  assert.deepEqual(peer.ask('CONFIG', 'GET', 'maxmemory*', 'APPENDONLY'), [
    'appendonly',
    'no',
    'maxmemory',
    '0',
    'maxmemory-policy',
    'noeviction',
  ]);
  assert.deepEqual(peer.ask('CONFIG', 'GET', 'nosuch'), []);
  const long = peer.ask('CONFIG', 'GET', 'save', '*'.repeat(257));
  assert.match((long as ReplyError).message, /257 bytes, at most 256/);
  assert.match((peer.ask('CONFIG', 'SET', 'save', '') as ReplyError).message, /not offered/);
});

test('a client in cluster mode is told of one node with all slots', async () => {
  const peer = await dial();
  const id = 'a'.repeat(40);
  assert.deepEqual(peer.ask('CLUSTER', 'SLOTS'), [[0, 16_383, ['127.0.0.1', 0, id, []]]]);
  assert.equal(peer.ask('CLUSTER', 'MYID'), id);
  assert.equal(peer.ask('CLUSTER', 'KEYSLOT', 'foo'), 12_182);
  assert.match(textOf(peer.ask('CLUSTER', 'INFO')), /cluster_state:ok/);
  assert.match(textOf(peer.ask('CLUSTER', 'NODES')), /myself,master .* 0-16383\n$/);
  peer.ask('HELLO', 3);
  const shards = peer.ask('CLUSTER', 'SHARDS');
  assert.ok(Array.isArray(shards) && shards[0] instanceof Map);
  assert.deepEqual(shards[0].get('slots'), [0, 16_383]);
});

test('COMMAND describes every command, and DOCS its arguments', async () => {
  const peer = await dial();
  peer.ask('HELLO', 3);
  const all = peer.ask('COMMAND');
  assert.ok(Array.isArray(all));
  assert.equal(peer.ask('COMMAND', 'COUNT'), all.length);
  const infos = peer.ask('COMMAND', 'INFO', 'GET', 'nosuch');
  assert.ok(Array.isArray(infos));
  assert.deepEqual(infos[0], ['get', 2, ['readonly', 'fast'], 1, 1, 1, ['@string'], [], [], []]);
  assert.equal(infos[1], null);
  const docs = peer.ask('COMMAND', 'DOCS', 'set');
  assert.ok(docs instanceof Map);
  const set: unknown = docs.get('set');
  assert.ok(set instanceof Map);
  assert.equal(set.get('summary'), 'Sets a value');
  assert.ok(Array.isArray(set.get('arguments')));
  assert.deepEqual(peer.ask('COMMAND', 'GETKEYS', 'MGET', 'a', 'b'), ['a', 'b']);
  assert.match((peer.ask('COMMAND', 'GETKEYS', 'PING') as ReplyError).message, /no key arguments/);
});

test('SLOWLOG tells the truth: there is none', async () => {
  const peer = await dial();
  assert.deepEqual(peer.ask('SLOWLOG', 'GET', 10), []);
  assert.equal(peer.ask('SLOWLOG', 'LEN'), 0);
  assert.equal(peer.ask('SLOWLOG', 'RESET'), 'OK');
});
