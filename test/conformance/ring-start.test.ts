import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { RingView } from '../../src/ring/ring-view.ts';
import { RingNet } from '../support/ring-net.ts';

// Tribbler §4.1, sentence by sentence: how the ring comes together. In virtual time. The handout's master is our coordinator.

const port = 7_001;
const s1 = { host: 's1', port };
const s2 = { host: 's2', port };
const s3 = { host: 's3', port };

/** Commands of each kind. */
const operations = [
  ['GET', 'key'],
  ['SET', 'key', 'value'],
  ['DEL', 'key'],
  ['LRANGE', 'key', '0', '-1'],
  ['LADD', 'key', 'item'],
  ['LREMOVE', 'key', 'item'],
  ['GETLEASE', 'key'],
] as const;

function hostsOf({ nodes }: RingView): string[] {
  return nodes.map(({ at }) => at.host).toSorted();
}

describe('the coordinator', () => {
  // "When the master server starts up, it should begin listening for incoming connections and should register itself"
  test('listens at once, and is in the ring itself', async () => {
    const net = new RingNet();
    const { ready } = await net.start('s1', { servers: 1 });
    assert.deepEqual(hostsOf(await net.simulation.settle(ready)), ['s1']);
    assert.equal(await net.ask(s1, 'SET', 'key', 'value'), 'OK');
  });

  // "If one or more slave servers are expected to join, the master server should wait until all slaves have joined the
  // consistent hashing ring before considering the startup phase to be complete."
  test('waits until all servers that are expected have joined', async () => {
    const net = new RingNet();
    const { ready } = await net.start('s1', { servers: 3 });
    await net.start('s2');
    await net.simulation.advance(60_000);
    assert.equal(await net.errorOf(s1, 'RING', 'SERVERS'), 'NOTREADY');
    await net.start('s3');
    assert.deepEqual(hostsOf(await net.simulation.settle(ready)), ['s1', 's2', 's3']);
  });

  test('executes nothing before, and neither does any other server', async () => {
    const net = new RingNet();
    await net.start('s1', { servers: 3 });
    await net.start('s2');
    await net.simulation.advance(5_000);
    for (const at of [s1, s2]) {
      for (const words of operations) {
        assert.equal(await net.errorOf(at, ...words), 'NOTREADY', `${at.host}: ${words[0]}`);
      }
    }
  });
});

describe('a server', () => {
  // "it must register itself as part of the consistent hashing ring by sending a RegisterServer RPC to the master. If the
  // master has received RegisterServer requests from all other slave servers, then it should reply with an OK status and a
  // slice consisting of all servers (including itself) in the ring."
  test('that registers as the last one is told all servers, itself and the coordinator too', async () => {
    const net = new RingNet();
    await net.start('s1', { servers: 3 });
    await net.start('s2');
    await net.simulation.advance(2_000);
    const { ready } = await net.start('s3');
    await net.simulation.advance(100);
    assert.deepEqual(hostsOf(await net.simulation.settle(ready)), ['s1', 's2', 's3']);
  });

  // "Otherwise, the master should reply with a NotReady status indicating that the startup phase is still in progress."
  test('that registers while others are missing is told NOTREADY, however often it asks', async () => {
    const net = new RingNet();
    await net.start('s1', { servers: 3 });
    for (let i = 0; i < 3; i += 1) {
      const words = [0, '00000000000000aa', 's2', port, '5'];
      assert.equal(await net.errorOf(s1, 'RING', 'REGISTER', ...words), 'NOTREADY');
    }
  });

  // "The slave server should sleep for one second before sending another RegisterServer request, and this process should
  // repeat until the master finally replies with an OK status indicating that the startup phase is complete."
  test('asks again after a second, until the coordinator says that the ring is complete', async () => {
    const net = new RingNet();
    await net.start('s1', { servers: 3 });
    await net.start('s2');
    await net.simulation.advance(20_000);
    await net.start('s3');
    await net.simulation.advance(1_100);
    for (const at of [s1, s2, s3]) {
      assert.deepEqual(hostsOf(await net.viewOf(at)), ['s1', 's2', 's3']);
    }
  });

  test('has the same list of servers as all others, in whatever order they came', async () => {
    for (const order of [
      [s1, s2, s3],
      [s3, s1, s2],
      [s2, s3, s1],
    ]) {
      const net = new RingNet();
      for (const { host } of order) {
        net.simulation.node('s1');
        await net.start(host, host === 's1' ? { servers: 3 } : {});
        await net.simulation.advance(700);
      }
      await net.simulation.advance(2_500);
      const view = await net.viewOf(s1);
      assert.deepEqual(hostsOf(view), ['s1', 's2', 's3']);
      for (const at of [s2, s3]) assert.deepEqual(await net.viewOf(at), view);
    }
  });
});

// "Once the initialization phase is complete and all storage servers have joined the ring, the storage servers should be
// ready to respond to RPCs from all other servers in the system."
test('all servers answer when the ring is complete', async () => {
  const net = new RingNet();
  await net.start('s1', { servers: 3 });
  for (const name of ['s2', 's3']) await net.start(name);
  await net.simulation.advance(2_000);
  for (const at of [s1, s2, s3]) {
    const code = await net.errorOf(at, 'GET', 'key');
    assert.ok(code === undefined || code === 'WRONGSERVER', `${at.host}: ${code}`);
  }
});
