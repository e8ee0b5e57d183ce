import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serverLimits } from '../../../core/limits.ts';
import { GeoWorld } from '../../../../test/support/geo-world.ts';

test('a watch is told of puts, deletes and ends under its prefix, in order', async () => {
  const world = await GeoWorld.create();
  const watcher = await world.connect({ protocol: 3 });
  const writer = await world.connect();
  await writer.say('SET room/0 before');
  assert.equal(await watcher.say('WATCHPREFIX room/'), 'OK');
  await writer.askAll([
    ['SET', 'room/1', 'a\0\r\n\xff'],
    ['SET', 'roof', 'x'],
    ['MSET', 'room/2', 'b', 'other', 'y'],
    ['DEL', 'room/0', 'room/nope'],
    ['SET', 'room/3', 'c', 'PX', '100'],
  ]);
  await world.simulation.advance(1_000);
  assert.deepEqual(watcher.pushes, [
    ['watchprefix', 'room/', 'put', 'room/1', 'a\0\r\n\xff'],
    ['watchprefix', 'room/', 'put', 'room/2', 'b'],
    ['watchprefix', 'room/', 'delete', 'room/0'],
    ['watchprefix', 'room/', 'put', 'room/3', 'c'],
    ['watchprefix', 'room/', 'delete', 'room/3'],
  ]);
});

test('a change of expiry is a change', async () => {
  const world = await GeoWorld.create();
  const watcher = await world.connect({ protocol: 3 });
  await watcher.askAll([
    ['SET', 'a', '1'],
    ['WATCHPREFIX', ''],
    ['EXPIRE', 'a', '100'],
    ['PERSIST', 'a'],
  ]);
  await world.simulation.advance(10);
  const put = ['watchprefix', '', 'put', 'a', '1'];
  assert.deepEqual(watcher.pushes, [put, put]);
});

test('who watches several prefixes is told for each, and again is no second watch', async () => {
  const world = await GeoWorld.create();
  const watcher = await world.connect({ protocol: 3 });
  for (const prefix of ['a', 'ab', 'a', 'b']) await watcher.say(`WATCHPREFIX ${prefix}`);
  await watcher.say('SET abc 1');
  await world.simulation.advance(10);
  assert.deepEqual(watcher.pushes, [
    ['watchprefix', 'a', 'put', 'abc', '1'],
    ['watchprefix', 'ab', 'put', 'abc', '1'],
  ]);
});

test('UNWATCHPREFIX ends watches and says how many', async () => {
  const world = await GeoWorld.create();
  const watcher = await world.connect({ protocol: 3 });
  for (const prefix of ['a', 'b', 'c']) await watcher.say(`WATCHPREFIX ${prefix}`);
  assert.equal(await watcher.say('UNWATCHPREFIX a nope'), 1);
  assert.equal(await watcher.say('UNWATCHPREFIX'), 2);
  assert.equal(await watcher.say('UNWATCHPREFIX'), 0);
  await watcher.say('SET a 1');
  await world.simulation.advance(10);
  assert.deepEqual(watcher.pushes, []);
});

test('a watch ends with its connection, with RESET, and pauses while RESP2 is spoken', async () => {
  const world = await GeoWorld.create();
  const peer = await world.connect({ protocol: 3 });
  const other = await world.connect({ protocol: 3 });
  await peer.say('WATCHPREFIX a');
  await other.say('WATCHPREFIX a');
  other.close();
  await world.simulation.advance(100);
  const [{ replica } = assert.fail('a port')] = await world.simulation.settle(
    world.server.inspect(),
  );
  assert.equal(replica.watchingClients, 1);
  await peer.say('HELLO 2');
  assert.equal(await peer.say('SET a 1'), 'OK');
  assert.equal(await peer.say('GET a'), '1');
  await peer.say('RESET');
  await peer.say('HELLO 3');
  await peer.say('SET a 2');
  await world.simulation.advance(100);
  assert.deepEqual(peer.pushes, []);
});

test('WATCHPREFIX without RESP3 says how to get it', async () => {
  const peer = await (await GeoWorld.create()).connect();
  assert.match(await peer.sayText('WATCHPREFIX a'), /^-ERR .*HELLO 3/);
  assert.equal(await peer.say('PING'), 'PONG');
});

test('a connection watches a bounded number of prefixes', async () => {
  const peer = await (await GeoWorld.create()).connect({ protocol: 3 });
  const countMax = serverLimits.watchedPrefixesMax;
  for (let i = 0; i < countMax; i += 1) assert.equal(await peer.say(`WATCHPREFIX p${i}`), 'OK');
  assert.match(await peer.sayText('WATCHPREFIX more'), /^-ERR a connection watches at most 64/);
  assert.equal(await peer.say('WATCHPREFIX p0'), 'OK');
});
