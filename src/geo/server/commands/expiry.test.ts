import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GeoWorld } from '../../../../test/support/geo-world.ts';

test('a value is there until its time is over, and not a moment longer', async () => {
  const world = await GeoWorld.create();
  const peer = await world.connect();
  const endMs = world.nowMs + 1_000;
  await peer.say(`SET a 1 PXAT ${endMs}`);
  await world.simulation.advance(endMs - world.nowMs - 100);
  assert.equal(await peer.say('GET a'), '1');
  await world.simulation.advance(endMs - world.nowMs);
  for (const line of ['GET a', 'RANDOMKEY', 'OBJECT ENCODING a', 'STAMP a']) {
    assert.equal(await peer.say(line), null, line);
  }
  for (const line of ['EXISTS a', 'STRLEN a', 'DEL a', 'PERSIST a', 'EXPIRE a 10']) {
    assert.equal(await peer.say(line), 0, line);
  }
  assert.equal(await peer.say('TTL a'), -2);
  assert.equal(await peer.say('TYPE a'), 'none');
  assert.deepEqual(await peer.say('LIST a'), ['', []]);
  assert.deepEqual(await peer.say('KEYS a'), []);
  assert.deepEqual(await peer.say('SCAN 0'), ['0', []]);
});

test('what nobody asks for any more goes by itself, and is counted', async () => {
  const world = await GeoWorld.create();
  const peer = await world.connect();
  await peer.askAll(Array.from({ length: 300 }, (_, i) => ['SET', `k${i}`, 'v', 'PX', '100']));
  await world.simulation.advance(1_500);
  const [{ replica } = assert.fail('a port')] = await world.simulation.settle(
    world.server.inspect(),
  );
  assert.deepEqual([replica.keys, replica.expired, replica.bytes], [0, 300, 0]);
});

test('a server with nothing that ends tells itself nothing', async () => {
  const world = await GeoWorld.create();
  const peer = await world.connect();
  await peer.say('SET a 1 PX 100');
  await world.simulation.advance(2_000);
  const before = await world.simulation.settle(world.system.counters());
  await world.simulation.advance(10_000);
  const after = await world.simulation.settle(world.system.counters());
  assert.equal(after.toldByActors, before.toldByActors);
  // CMUD §5.1: no pair of actors exchanges more than 10 messages a second, an actor with itself included.
  assert.ok(after.pairRateMax <= 10);
});

test('an end in the past deletes, as in Redis', async () => {
  const peer = await (await GeoWorld.create()).connect();
  for (const line of ['EXPIRE a -1', 'PEXPIRE a 0', 'EXPIREAT a 1', 'PEXPIREAT a 1000']) {
    await peer.say('SET a 1');
    assert.equal(await peer.say(line), 1, line);
    assert.equal(await peer.say('EXISTS a'), 0, line);
  }
});

test('EXPIRE sets an end, PERSIST takes it away', async () => {
  const world = await GeoWorld.create();
  const peer = await world.connect();
  await peer.say('SET a 1');
  assert.equal(await peer.say('TTL a'), -1);
  assert.equal(await peer.say('PERSIST a'), 0);
  assert.equal(await peer.say('EXPIRE a 100'), 1);
  assert.equal(await peer.say('TTL a'), 100);
  assert.equal(await peer.say('PERSIST a'), 1);
  assert.equal(await peer.say('TTL a'), -1);
  assert.equal(await peer.say('PEXPIREAT a 99999999999999'), 1);
  assert.equal(await peer.say('PEXPIRETIME a'), 99_999_999_999_999);
  assert.equal(await peer.say('EXPIRE nope 10'), 0);
  assert.equal(await peer.say('GET a'), '1');
});

test('EXPIRE goes by its conditions', async () => {
  const peer = await (await GeoWorld.create()).connect();
  await peer.say('SET a 1');
  const steps: readonly (readonly [line: string, reply: number])[] = [
    ['EXPIRE a 100 XX', 0],
    ['EXPIRE a 100 GT', 0],
    ['EXPIRE a 100 NX', 1],
    ['EXPIRE a 200 NX', 0],
    ['EXPIRE a 50 GT', 0],
    ['EXPIRE a 200 gt', 1],
    ['EXPIRE a 300 LT', 0],
    ['EXPIRE a 150 XX LT', 1],
  ];
  for (const [line, reply] of steps) assert.equal(await peer.say(line), reply, line);
  assert.equal(await peer.say('TTL a'), 150);
});

test('EXPIRE refuses what makes no sense in the words of Redis', async () => {
  const peer = await (await GeoWorld.create()).connect();
  await peer.say('SET a 1');
  const cases: readonly (readonly [line: string, error: string])[] = [
    ['EXPIRE a soon', '-ERR value is not an integer or out of range'],
    ['EXPIRE a 9007199254740991', `-ERR invalid expire time in 'expire' command`],
    ['EXPIRE a 10 MAYBE', '-ERR Unsupported option MAYBE'],
    ['EXPIRE a 10 NX XX', '-ERR NX and XX, GT or LT options at the same time are not compatible'],
    ['EXPIRE a 10 GT LT', '-ERR GT and LT options at the same time are not compatible'],
    ['EXPIRE a', `-ERR wrong number of arguments for 'expire' command`],
  ];
  for (const [line, error] of cases) assert.equal(await peer.say(line), error, line);
  assert.equal(await peer.say('TTL a'), -1);
});
