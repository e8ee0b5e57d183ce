import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GeoWorld } from '../../../../test/support/geo-world.ts';

test('DEL and UNLINK delete and count what was there', async () => {
  const peer = await (await GeoWorld.create()).connect();
  await peer.say('MSET a 1 b 2 c 3');
  assert.equal(await peer.say('DEL a nope a b'), 2);
  assert.equal(await peer.say('UNLINK c'), 1);
  assert.equal(await peer.say('DEL a b c'), 0);
  assert.equal(await peer.say('DBSIZE'), 0);
});

test('a key that was deleted can be set again', async () => {
  const peer = await (await GeoWorld.create()).connect();
  await peer.askAll([
    ['SET', 'a', '1'],
    ['DEL', 'a'],
    ['SET', 'a', '2'],
  ]);
  assert.equal(await peer.say('GET a'), '2');
  assert.deepEqual(await peer.say('LIST a'), ['', ['a', '2']]);
});

test('tombstones of a server alone do not stay', async () => {
  const world = await GeoWorld.create();
  const peer = await world.connect();
  await peer.askAll(Array.from({ length: 500 }, (_, i) => ['SET', `k${i}`, 'v']));
  await peer.askAll(Array.from({ length: 500 }, (_, i) => ['DEL', `k${i}`]));
  await world.simulation.advance(2_000);
  const [{ replica } = assert.fail('a port')] = await world.simulation.settle(
    world.server.inspect(),
  );
  assert.deepEqual([replica.keys, replica.tombstones, replica.bytes], [0, 0, 0]);
  assert.equal(replica.tombstonesDropped, 500);
});

test('EXISTS and TOUCH count keys, each as often as it is named', async () => {
  const peer = await (await GeoWorld.create()).connect();
  await peer.say('MSET a 1 b 2');
  assert.equal(await peer.say('EXISTS a a b nope'), 3);
  assert.equal(await peer.say('TOUCH a nope'), 1);
});

test('TYPE says string or none', async () => {
  const peer = await (await GeoWorld.create()).connect();
  await peer.say('SET a 1');
  assert.equal(await peer.say('TYPE a'), 'string');
  assert.equal(await peer.say('TYPE b'), 'none');
});

test('RANDOMKEY gives keys that are there, also when all but one have ended', async () => {
  const world = await GeoWorld.create();
  const peer = await world.connect();
  assert.equal(await peer.say('RANDOMKEY'), null);
  await peer.say('SET stays 1');
  for (let i = 0; i < 20; i += 1) await peer.say(`SET ends${i} 1 PX 50`);
  await world.simulation.advance(51);
  for (let i = 0; i < 20; i += 1) assert.equal(await peer.say('RANDOMKEY'), 'stays');
});

test('OBJECT and MEMORY tell about an entry, and nil about none', async () => {
  const world = await GeoWorld.create();
  const peer = await world.connect();
  await peer.say('SET a 12345');
  await world.simulation.advance(3_000);
  assert.equal(await peer.say('OBJECT ENCODING a'), 'raw');
  assert.equal(await peer.say('OBJECT IDLETIME a'), 3);
  assert.equal(await peer.say('OBJECT REFCOUNT a'), 1);
  assert.ok(Number(await peer.say('MEMORY USAGE a')) >= 6);
  for (const line of ['OBJECT ENCODING b', 'OBJECT IDLETIME b', 'MEMORY USAGE b']) {
    assert.equal(await peer.say(line), null, line);
  }
});

test('FLUSHALL deletes every key with a stamp of its own, and watches hear of each', async () => {
  const world = await GeoWorld.create();
  const watcher = await world.connect({ protocol: 3 });
  const peer = await world.connect();
  await peer.say('MSET a 1 b 2 c 3');
  await watcher.say('WATCHPREFIX b');
  assert.equal(await peer.say('FLUSHALL SOMEDAY'), '-ERR syntax error');
  assert.equal(await peer.say('DBSIZE'), 3);
  assert.equal(await peer.say('FLUSHALL ASYNC'), 'OK');
  assert.equal(await peer.say('DBSIZE'), 0);
  assert.deepEqual(await peer.say('KEYS *'), []);
  await world.simulation.advance(100);
  assert.deepEqual(watcher.pushes, [['watchprefix', 'b', 'delete', 'b']]);
  const [{ replica } = assert.fail('a port')] = await world.simulation.settle(
    world.server.inspect(),
  );
  assert.equal(replica.writes, 6);
  assert.equal(await peer.say('FLUSHDB'), 'OK');
});

test('TIME is the time of the server', async () => {
  const world = await GeoWorld.create();
  const peer = await world.connect();
  const [seconds, microseconds] = (await peer.say('TIME')) as string[];
  const ms = Number(seconds) * 1_000 + Number(microseconds) / 1_000;
  assert.ok(Math.abs(world.nowMs - ms) < 1_000);
});

test('INFO says that the data is only in memory, and how many keys there are', async () => {
  const peer = await (await GeoWorld.create()).connect();
  await peer.say('SET a 1');
  await peer.say('SET b 1 EX 10');
  const info = await peer.sayText('INFO');
  for (const line of [
    'durability:memory',
    'atoll_version:1.2.3',
    'loading:0',
    'db0:keys=2,expires=1',
  ]) {
    assert.ok(info.includes(`${line}\r\n`), line);
  }
});
