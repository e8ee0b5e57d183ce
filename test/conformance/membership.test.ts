import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { parseDescription } from '../../src/geo/server/description.ts';
import { GeoNet, type NetServer } from '../support/geo-net.ts';

// CMUD §5.2, sentence by sentence: servers that come, go and come back. In virtual time, with 200 ms between servers.

const latencyMs = 200;

/** Puts `count` keys at one server, all at once, and waits for the answers. */
async function putMany(net: GeoNet, store: number, prefix: string, count: number): Promise<void> {
  const puts = Array.from({ length: count }, (_, index) =>
    net.store(store).put(`${prefix}/${index}`, `${prefix} ${index}`),
  );
  await net.simulation.settle(Promise.all(puts));
}

/** Which servers each server has a working exchange with, by its own account. */
async function upCounts(net: GeoNet): Promise<number[]> {
  const reports = await net.figures(({ server }) => server.inspectServer());
  return reports.map(({ members }) => members.filter(({ state }) => state === 'up').length);
}

const descriptionOf = (net: GeoNet, name: string): string => net.mustGet(name).server.description;

describe('a server that joins', () => {
  // "When a backend storage server first starts, it must get the existing key-value store state from older servers. …
  // Upon receiving existing state from an older server, the new server should merge it into all of its query actors'
  // states using the usual last-writer-wins rule."
  test('has, when it is ready, all that was there before, at each of its query actors', async () => {
    const net = await GeoNet.start({ servers: 1, actors: 2, latencyMs });
    await putMany(net, 0, 'old', 1_000);
    await net.simulation.settle(net.store(1).delete('old/0'));
    const { server, stores } = await net.startServer('s2', { join: [descriptionOf(net, 's1')] });
    await net.simulation.settle(server.ready);
    for (const store of stores) {
      const pairs = await net.list(store, '');
      assert.equal(pairs.length, 999);
    }
    await net.assertEqual();
  });

  // "Once a server is aware of another server (even before completing the start-up exchange), it should immediately begin
  // syncing new Puts to that server."
  test('misses nothing of what is written meanwhile, before, during and after', async () => {
    const net = await GeoNet.start({ servers: 2, actors: 2, latencyMs });
    await putMany(net, 0, 'old', 5_000);
    const puts: Promise<void>[] = [];
    let written = 0;
    const write = async (ms: number): Promise<void> => {
      for (let passed = 0; passed < ms; passed += 10) {
        for (const store of net.stores) {
          puts.push(store.put(`new/${written}`, `${written}`));
          puts.push(store.put(`shared/${written % 20}`, `${written}`));
          written += 1;
        }
        await net.simulation.advance(10);
      }
    };
    await write(300);
    const starting = net.startServer('s3', { join: [descriptionOf(net, 's2')] });
    await write(3_000);
    const { server } = await starting;
    await write(1_000);
    await net.simulation.settle(Promise.all([server.ready, ...puts]));
    await net.simulation.advance(3_000);
    assert.equal((await net.assertEqual()).length, 5_000 + written + 20);
  });

  test('is written to before it has everything, and both sides see that', async () => {
    const net = await GeoNet.start({ servers: 1, latencyMs });
    await putMany(net, 0, 'old', 2_000);
    const joining = await net.startServer('s2', { join: [descriptionOf(net, 's1')] });
    const [store] = joining.stores;
    assert.ok(store !== undefined);
    await net.put(store, 'new', 'at the joining one');
    await net.put(0, 'other', 'at the old one');
    await net.simulation.advance(5_000);
    assert.equal(await net.get(0, 'new'), 'at the joining one');
    assert.equal(await net.get(store, 'other'), 'at the old one');
  });

  // "NewServer receives a remoteDescs field that contains a description of each existing server"; one of them suffices
  // here, and the others hear of it by themselves.
  test('needs the description of any one server, and all servers know all others soon', async () => {
    const net = await GeoNet.start({ servers: 1, actors: 2, latencyMs });
    for (const number of [2, 3, 4]) {
      const join = [descriptionOf(net, `s${number - 1}`)];
      const { server } = await net.startServer(`s${number}`, { join });
      await net.simulation.settle(server.ready);
    }
    await net.simulation.advance(3_000);
    assert.deepEqual(await upCounts(net), [3, 3, 3, 3]);
    for (const [index] of net.stores.entries()) await net.put(index, `key/${index}`, 'value');
    await net.simulation.advance(2_000);
    assert.equal((await net.assertEqual()).length, 8);
  });

  test('may be given the descriptions of all, and its own', async () => {
    const net = await GeoNet.start({ servers: 3, latencyMs });
    const join = net.servers.map(({ server }) => server.description);
    const { clusterId } = parseDescription(join[0] ?? '');
    join.push(JSON.stringify({ clusterId, id: '0123456789abcdef', at: 's4:7000' }));
    const { server } = await net.startServer('s4', { join });
    await net.simulation.settle(server.ready);
    await net.simulation.advance(3_000);
    assert.deepEqual(await upCounts(net), [3, 3, 3, 3]);
  });

  test('goes on where it was when it or the other one is lost in the middle', async () => {
    const net = await GeoNet.start({ servers: 1, latencyMs, durability: 'fsync' });
    await putMany(net, 0, 'old', 3_000);
    await net.startServer('s2', { join: [descriptionOf(net, 's1')] });
    for (let turn = 0; turn < 4; turn += 1) {
      await net.simulation.advance(300);
      net.simulation.resetConnections('s1', 's2');
    }
    await net.simulation.advance(700);
    net.crash('s2');
    const join = [descriptionOf(net, 's1')];
    const { server } = await net.restart('s2', { join });
    await net.simulation.settle(server.ready);
    await net.simulation.advance(5_000);
    assert.equal((await net.assertEqual()).length, 3_000);
  });
});

describe('servers that cannot reach each other', () => {
  test('have each other’s Puts from those that reach both', async () => {
    const net = await GeoNet.start({ servers: 3, latencyMs });
    net.simulation.cut('s1', 's3');
    await net.simulation.advance(10_000);
    await net.put(0, 'from s1', 'yes');
    await net.put(2, 'from s3', 'yes');
    await net.simulation.advance(5_000);
    assert.equal(await net.get(2, 'from s1'), 'yes');
    assert.equal(await net.get(0, 'from s3'), 'yes');
    net.simulation.heal();
    await net.simulation.advance(20_000);
    await net.assertEqual();
  });

  test('agree soon after they can again, and receive what changed and not the store', async () => {
    const net = await GeoNet.start({ servers: 2, actors: 2, latencyMs });
    await putMany(net, 0, 'old', 5_000);
    await net.simulation.advance(5_000);
    net.simulation.cut('s1', 's2');
    await net.simulation.advance(20_000);
    await putMany(net, 0, 'old', 100);
    await putMany(net, 2, 'new', 100);
    await putMany(net, 3, 'old', 50);
    const before = await net.counters('s2');
    net.simulation.heal();
    await net.simulation.advance(15_000);
    assert.equal((await net.assertEqual()).length, 5_100);
    const after = await net.counters('s2');
    const came = after.remoteReceivedBytes - before.remoteReceivedBytes;
    assert.ok(came < 30_000, `${came} bytes for 200 keys`);
  });

  test('agree after 10,000 keys changed while one of them was away', async () => {
    const net = await GeoNet.start({ servers: 3, latencyMs });
    await putMany(net, 0, 'key', 10_000);
    await net.simulation.advance(5_000);
    net.simulation.isolate('s3');
    await net.simulation.advance(10_000);
    const puts = Array.from({ length: 10_000 }, (_, index) =>
      net.store(index % 2).put(`key/${index}`, 'changed'),
    );
    await net.simulation.settle(Promise.all(puts));
    await net.simulation.settle(net.store(0).delete('key/7'));
    await net.simulation.advance(10_000);
    net.simulation.heal();
    await net.simulation.advance(20_000);
    const pairs = await net.assertEqual();
    assert.equal(pairs.length, 9_999);
    assert.ok(pairs.every(([, value]) => value === 'changed'));
  });

  test('lose nothing of what was under way when connections break again and again', async () => {
    const net = await GeoNet.start({ servers: 3, actors: 2, latencyMs });
    const puts: Promise<void>[] = [];
    for (let turn = 0; turn < 200; turn += 1) {
      for (const [index, store] of net.stores.entries()) {
        puts.push(store.put(`key/${turn}/${index}`, 'value'));
      }
      if (turn % 30 === 29) net.simulation.resetConnections('s1', turn % 60 === 29 ? 's2' : 's3');
      await net.simulation.advance(20);
    }
    await net.simulation.settle(Promise.all(puts));
    await net.simulation.advance(15_000);
    assert.equal((await net.assertEqual()).length, 1_200);
    for (const { name } of net.servers) {
      assert.ok((await net.counters(name)).pairRateMax <= 10);
    }
  });
});

describe('a server that starts again', () => {
  const readyAgain = async (net: GeoNet, { server }: NetServer): Promise<void> => {
    await net.simulation.settle(server.ready);
    await net.simulation.advance(10_000);
  };

  test('with its data needs no description, and has what was written meanwhile', async () => {
    const net = await GeoNet.start({ servers: 3, actors: 2, latencyMs, durability: 'fsync' });
    await putMany(net, 4, 'before', 500);
    await net.simulation.advance(2_000);
    const { id } = net.mustGet('s3').server.identity;
    net.crash('s3');
    await putMany(net, 0, 'meanwhile', 500);
    const again = await net.restart('s3');
    assert.deepEqual(again.server.identity, { id, incarnation: 2 });
    await readyAgain(net, again);
    assert.equal((await net.assertEqual()).length, 1_000);
    assert.deepEqual(await upCounts(net), [2, 2, 2]);
  });

  test('has what it had acknowledged and nobody else had heard of', async () => {
    const net = await GeoNet.start({ servers: 2, latencyMs, durability: 'fsync' });
    net.simulation.cut('s1', 's2');
    await net.simulation.advance(10_000);
    await putMany(net, 1, 'alone', 300);
    net.crash('s2');
    net.simulation.heal();
    await readyAgain(net, await net.restart('s2'));
    assert.equal((await net.assertEqual()).length, 300);
  });

  test('without its data is another server, and has everything from the others', async () => {
    const net = await GeoNet.start({ servers: 2, actors: 2, latencyMs });
    await putMany(net, 2, 'key', 500);
    await net.simulation.advance(3_000);
    const { id } = net.mustGet('s2').server.identity;
    net.crash('s2');
    await putMany(net, 0, 'meanwhile', 100);
    const again = await net.restart('s2', { join: [descriptionOf(net, 's1')] });
    assert.notEqual(again.server.identity.id, id);
    await readyAgain(net, again);
    assert.equal((await net.assertEqual()).length, 600);
  });

  test('is described as before, and its description brings in a new one', async () => {
    const net = await GeoNet.start({ servers: 2, latencyMs, durability: 'fsync' });
    const before = descriptionOf(net, 's1');
    net.crash('s1');
    const again = await net.restart('s1');
    await readyAgain(net, again);
    assert.equal(again.server.description, before);
    await net.put(0, 'key', 'value');
    await readyAgain(net, await net.startServer('s3', { join: [before] }));
    assert.deepEqual(await upCounts(net), [2, 2, 2]);
    assert.equal((await net.assertEqual()).length, 1);
  });

  test('shows no value that was deleted while it was away', async () => {
    const net = await GeoNet.start({ servers: 3, latencyMs, durability: 'fsync' });
    await putMany(net, 0, 'key', 100);
    await net.simulation.advance(3_000);
    net.crash('s3');
    const deletes = Array.from({ length: 50 }, (_, index) => net.store(0).delete(`key/${index}`));
    await net.simulation.settle(Promise.all(deletes));
    await net.simulation.advance(20_000);
    await readyAgain(net, await net.restart('s3'));
    assert.equal((await net.assertEqual()).length, 50);
    await net.simulation.advance(10_000);
    for (const { replica } of (await net.figures(({ server }) => server.inspect())).flat()) {
      assert.equal(replica.tombstones, 0);
    }
  });

  test('all at once have what they had', async () => {
    const net = await GeoNet.start({ servers: 3, latencyMs, durability: 'fsync' });
    for (const [index] of net.stores.entries()) await putMany(net, index, `by ${index}`, 100);
    for (const name of ['s1', 's2', 's3']) net.crash(name);
    const started: NetServer[] = [];
    for (const name of ['s3', 's1', 's2']) started.push(await net.restart(name));
    for (const each of started) await readyAgain(net, each);
    assert.equal((await net.assertEqual()).length, 300);
  });
});

describe('tombstones', () => {
  test('stay while a member is away, who holds them is told, and they go when it is forgotten', async () => {
    const net = await GeoNet.start({ servers: 3, latencyMs });
    await net.put(0, 'key', 'value');
    await net.simulation.advance(3_000);
    const { id } = net.mustGet('s3').server.identity;
    net.crash('s3');
    await net.simulation.advance(10_000);
    await net.simulation.settle(net.store(0).delete('key'));
    await net.simulation.advance(30_000);
    const home = await net.simulation.settle(net.mustGet('s1').server.inspectServer());
    assert.equal(home.replica.tombstones, 1);
    const holders = home.members.filter(({ holdsTombstones }) => holdsTombstones);
    assert.deepEqual(
      holders.map((member) => member.id),
      [id],
    );
    assert.equal(net.mustGet('s2').server.forget(id), true);
    await net.simulation.advance(10_000);
    for (const { replica } of (await net.figures(({ server }) => server.inspect())).flat()) {
      assert.equal(replica.tombstones, 0);
    }
  });
});

describe('clocks', () => {
  test('59 s ahead are followed: a later Put elsewhere wins all the same', async () => {
    const net = await GeoNet.start({ servers: 2, latencyMs });
    net.simulation.node('s1').clock.jumpWall(59_000);
    await net.put(0, 'key', 'by the fast clock');
    await net.simulation.advance(2_000);
    assert.equal(await net.get(1, 'key'), 'by the fast clock');
    await net.put(1, 'key', 'after it');
    await net.simulation.advance(2_000);
    assert.deepEqual(await net.assertEqual(), [['key', 'after it']]);
  });

  test('61 s ahead are refused and counted, and the rest is merged', async () => {
    const net = await GeoNet.start({ servers: 2, actors: 2, latencyMs });
    net.simulation.node('s1').clock.jumpWall(65_000);
    await net.put(0, 'mad', 'value');
    await net.put(2, 'sound', 'value');
    await net.simulation.advance(2_000);
    assert.equal(await net.get(2, 'mad'), undefined);
    assert.equal(await net.get(0, 'sound'), 'value');
    await net.put(2, 'later', 'value');
    await net.simulation.advance(2_000);
    assert.equal(await net.get(0, 'later'), 'value');
    const [, home] = await net.figures(({ server }) => server.inspectServer());
    assert.ok((home?.replica.stampsRefused ?? 0) > 0, 'it is counted');
    // The clock of the other one comes to where the Put is not too early any more.
    await net.simulation.advance(70_000);
    assert.equal((await net.assertEqual()).length, 3);
  });
});
