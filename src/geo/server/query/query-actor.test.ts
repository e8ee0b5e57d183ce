import assert from 'node:assert/strict';
import { test } from 'node:test';

import { GeoWorld } from '../../../../test/support/geo-world.ts';
import { parseDescription } from '../description.ts';

test('each query is a message told from outside and uses a channel ref', async () => {
  const world = await GeoWorld.create();
  const peer = await world.connect();
  const before = await world.simulation.settle(world.system.counters());
  await peer.askAll(Array.from({ length: 200 }, (_, i) => ['SET', `k${i}`, 'v']));
  await peer.askAll(Array.from({ length: 100 }, (_, i) => ['GET', `k${i}`]));
  const after = await world.simulation.settle(world.system.counters());
  assert.equal(after.toldFromOutside - before.toldFromOutside, 300);
  assert.equal(after.channelRefsUsed - before.channelRefsUsed, 300);
  assert.equal(after.handled - before.handled, 300);
});

test('queries of one connection are answered in their order, also in one batch', async () => {
  const peer = await (await GeoWorld.create()).connect();
  const commands = Array.from({ length: 500 }, (_, i) =>
    i % 2 === 0 ? ['SET', 'a', String(i)] : ['GET', 'a'],
  );
  const replies = await peer.askAll(commands);
  const expected = commands.map((_, i) => (i % 2 === 0 ? 'OK' : String(i - 1)));
  assert.deepEqual(replies, expected);
});

test('a description says which server of which cluster it is, and where', async () => {
  const { server, system } = await GeoWorld.create();
  const { clusterId, id, at } = parseDescription(server.description);
  assert.match(clusterId, /^[0-9a-f]{16}$/);
  assert.equal(id, server.identity.id);
  assert.ok(system.address.startsWith(`${at}#`));
});

test('a server that closes answers what it was asked, and then takes nobody any more', async () => {
  const world = await GeoWorld.create();
  const peer = await world.connect();
  await peer.say('SET a 1');
  await world.simulation.settle(world.system.close());
  await world.simulation.advance(1_000);
  assert.equal(peer.isClosed, true);
  const late = await world.connect();
  await world.simulation.advance(20_000);
  assert.equal(late.isClosed, true);
});
