import assert from 'node:assert/strict';
import { test } from 'node:test';

import { startGeoServer } from '../../src/geo/server/geo-server.ts';
import { QueryActor } from '../../src/geo/server/query/query-actor.ts';
import { QueryGateway } from '../../src/geo/server/query/query-gateway.ts';
import { RemoteSyncActor } from '../../src/geo/server/remote/remote-sync-actor.ts';
import { ServerGateway } from '../../src/geo/server/home/server-gateway.ts';
import { startSimSystem } from '../actor/sim-system.ts';
import { GeoNet } from '../support/geo-net.ts';

const kinds = { QueryActor, QueryGateway, RemoteSyncActor, ServerGateway };
const host = 's1';

test('a server that is closed while it loads gives the start up there, and the next start has everything', async () => {
  const net = await GeoNet.start({ durability: 'fsync' });
  for (let i = 0; i < 20; i += 1) await net.put(0, `key/${i}`, `value ${i}`);
  net.crash(host);
  const { simulation } = net;
  const node = simulation.node(host);
  node.restart();
  let steps = Infinity;
  let toldSteps = 0;
  for (let closedAtStep = 1; closedAtStep < steps; closedAtStep += 1) {
    toldSteps = 0;
    const system = await startSimSystem(simulation, host, kinds, { threads: 2 });
    let closed: Promise<void> | undefined;
    const starting = startGeoServer(system, {
      host,
      queryPorts: [7_001],
      atollVersion: '0.0.0',
      disk: node.disk,
      onLoading: () => {
        toldSteps += 1;
        if (toldSteps === closedAtStep) closed = system.close();
      },
    });
    const outcome = await simulation.settle(
      starting.then(
        () => 'started',
        (error: { code?: unknown }) => error.code,
      ),
    );
    if (closed === undefined) steps = closedAtStep;
    else assert.equal(outcome, 'SYSTEM_CLOSED', `closed at step ${closedAtStep}`);
    await simulation.settle(closed ?? system.close());
    assert.ok(toldSteps <= closedAtStep + 1, `${toldSteps} steps after ${closedAtStep}`);
  }
  assert.ok(steps > 2, `${steps} steps`);
  await net.startServer(host);
  const found = await net.assertEqual();
  assert.equal(found.length, 20);
});
