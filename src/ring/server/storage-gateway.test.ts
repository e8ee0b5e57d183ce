import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RingNet, type StartRingOptions } from '../../../test/support/ring-net.ts';
import { RespPeer } from '../../../test/support/resp-peer.ts';

const folder = 'ring';

async function start(
  options: StartRingOptions = { folder },
  net = new RingNet(),
): Promise<RingNet> {
  const { ready } = await net.start('s1', options);
  await net.simulation.settle(ready);
  return net;
}

async function connect(
  { simulation, coordinator }: RingNet,
  { app = 'app', protocol = 3 }: { app?: string; protocol?: 2 | 3 } = {},
): Promise<RespPeer> {
  const peer = new RespPeer(simulation, coordinator, app);
  if (protocol === 3) await peer.ask('HELLO', 3);
  return peer;
}

test('what was acknowledged is there after a power cut, lists in their order, and the same node with it', async () => {
  const net = await start();
  const peer = await connect(net);
  const [{ id, virtualIds } = assert.fail('there is a node')] = net.nodes('s1');
  for (let i = 0; i < 20; i += 1) assert.equal(await peer.say(`LADD l ${i}`), 1);
  await peer.say('SET a 1');
  await peer.say('SET b 1');
  await peer.say('DEL b');
  await peer.say('LREMOVE l 3');
  net.crash('s1', { hasPower: false });
  await start({ folder }, net);
  const again = await connect(net);
  const items = [...Array(20).keys()].filter((i) => i !== 3).map(String);
  assert.deepEqual(await again.say('LRANGE l 0 -1'), items);
  assert.deepEqual(await again.say('MGET a b'), ['1', null]);
  const [node] = net.nodes('s1');
  assert.deepEqual([node?.id, node?.virtualIds], [id, virtualIds]);
});

test('a reply does not leave before what it tells of is durable, also that of a read', async () => {
  const net = await start();
  const [writer, reader] = [await connect(net), await connect(net)];
  const durable = async (): Promise<number> => {
    const [report] = await net.simulation.settle(net.inspect('s1'));
    return report?.journal?.durableSequence ?? 0;
  };
  const before = await durable();
  const { drives } = net.simulation.node('s1');
  drives.setConditions({ stallChance: 1, stallMsMax: 5_000 });
  const answers = new Set<unknown>();
  const asked = [writer.say('SET a 1'), reader.say('GET a')].map((answer) =>
    answer.then((reply) => answers.add(reply)),
  );
  while ((await durable()) === before) {
    assert.equal(answers.size, 0);
    await net.simulation.advance(1);
  }
  await net.simulation.settle(Promise.all(asked));
  assert.deepEqual(answers, new Set(['1', 'OK']));
});

test('a node that granted a lease and crashed applies no write until it is over, and reads go on', async () => {
  const net = await start();
  const peer = await connect(net);
  await peer.say('SET a 1');
  await peer.say('GETLEASE a');
  net.crash('s1', { hasPower: false });
  await start({ folder }, net);
  const startedMs = net.simulation.nowMs;
  const [writer, reader] = [await connect(net), await connect(net)];
  const written = writer.say('SET a 2');
  assert.deepEqual(await reader.say('GETLEASE a'), ['1', 0, 0]);
  assert.equal(await written, 'OK');
  const waitedMs = net.simulation.nowMs - startedMs;
  assert.ok(waitedMs > 11_000 && waitedMs < 12_500, `waited for ${waitedMs} ms`);
});

test('a node that never granted a lease applies writes at once after a crash', async () => {
  const net = await start();
  await (await connect(net)).say('SET a 1');
  net.crash('s1');
  await start({ folder }, net);
  const startedMs = net.simulation.nowMs;
  assert.equal(await (await connect(net)).say('SET a 2'), 'OK');
  assert.ok(net.simulation.nowMs - startedMs < 1_000);
});

test('a write that is sent again after a crash is answered from the journal', async () => {
  const net = await start();
  const peer = await connect(net);
  assert.equal(await peer.say('ONCE 1 me 1 1 SET a 1'), 'OK');
  assert.equal(await peer.say('SET a 2'), 'OK');
  net.crash('s1', { hasPower: false });
  await start({ folder }, net);
  const again = await connect(net);
  assert.equal(await again.say('ONCE 1 me 1 1 SET a 1'), 'OK');
  assert.equal(await again.say('GET a'), '2');
});

test('a log that has grown long is replaced by a snapshot while writes go on, and both are loaded', async () => {
  const trial = { snapshotLogBytes: 20_000, snapshotPackBytes: 500, packedItemsMax: 32 };
  const net = await start({ folder, trial });
  const peer = await connect(net);
  for (let i = 0; i < 600; i += 20) {
    const lines = [...Array(20).keys()].map((n) => ['LADD', `l${n % 3}`, `item ${i + n}`]);
    await peer.askAll([
      ...lines,
      ['ONCE', '1', 'me', String(i), '0', 'SET', `k${i}`, 'x'.repeat(100)],
    ]);
  }
  const [report] = await net.simulation.settle(net.inspect('s1'));
  assert.ok((report?.journal?.bytesSinceSnapshot ?? Infinity) < 60_000, 'a snapshot was made');
  net.crash('s1', { hasPower: false });
  await start({ folder, trial }, net);
  const again = await connect(net);
  const items = [...Array(600).keys()].filter((n) => (n % 20) % 3 === 1).map((n) => `item ${n}`);
  assert.deepEqual(await again.say('LRANGE l1 0 -1'), items);
  assert.equal(await again.say('DBSIZE'), 33);
  assert.equal(await again.say('ONCE 1 me 0 0 DEL k0'), 'OK');
});

test('a node whose disk is full refuses writes, and reads that might show what is lost', async () => {
  const net = await start();
  const peer = await connect(net);
  assert.equal(await peer.say('SET a 1'), 'OK');
  net.simulation.node('s1').drives.setConditions({}, 0);
  assert.match(await peer.sayText('SET a 2'), /^-UNKNOWN /);
  const other = await connect(net);
  assert.match(await other.sayText('SET b 1'), /^-MISCONF no write is taken any more/);
  assert.match(await other.sayText('GET a'), /^-MISCONF no write is taken any more/);
  const [report] = await net.simulation.settle(net.inspect('s1'));
  assert.ok(report?.journalFault !== null);
});

test('a disk that is behind stops clients, and lets them go on', async () => {
  const net = await start({ folder, durability: 'interval' });
  net.simulation.node('s1').drives.setConditions({ stallChance: 1, stallMsMax: 2_000 });
  const peers = await Promise.all([...Array(4).keys()].map(() => connect(net)));
  const value = 'x'.repeat(1_000_000);
  const asked = peers.flatMap((peer, n) =>
    peer.askAll([...Array(12).keys()].map((i) => ['SET', `${n} ${i}`, value])),
  );
  for (const replies of await net.simulation.settle(Promise.all(asked), 600_000)) {
    assert.deepEqual(new Set(replies), new Set(['OK']));
  }
});

test('with interval a lease is granted when it is noted on the disk that there may be some', async () => {
  const net = await start({ folder, durability: 'interval' });
  const peer = await connect(net);
  assert.deepEqual(await peer.say('GETLEASE a'), [null, 0, 0]);
  await net.simulation.advance(1_000);
  assert.deepEqual(await peer.say('GETLEASE a'), [null, 1, 10_000]);
  net.crash('s1', { hasPower: false });
  await start({ folder, durability: 'interval' }, net);
  const startedMs = net.simulation.nowMs;
  assert.equal(await (await connect(net)).say('SET a 2'), 'OK');
  assert.ok(net.simulation.nowMs - startedMs > 11_000);
});

test('INFO tells of leases, waits and durability', async () => {
  const net = await start();
  const peer = await connect(net);
  await peer.say('GETLEASE a');
  const info = await peer.sayText('INFO');
  for (const line of ['durability:fsync', 'ring_epoch:1', 'ring_leases:1', 'ring_nodes:1']) {
    assert.ok(info.includes(line), line);
  }
});
