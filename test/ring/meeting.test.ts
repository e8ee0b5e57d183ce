import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RingNet, type StartRingOptions } from '../support/ring-net.ts';

// Servers of a ring that find each other, whatever happens to them. In virtual time.

const at = (host: string, port = 7_001): { readonly host: string; readonly port: number } => ({
  host,
  port,
});

const kept: StartRingOptions = { folder: 'ring', durability: 'fsync' };
/** Given, since a server that keeps nothing is known by them. */
const virtualIds = new Map([
  ['s1', [[1_000_000_000]]],
  ['s2', [[2_000_000_000]]],
  ['s3', [[4_000_000_000]]],
]);
/** Keys of s2 and of s3: their hashes are 1886858552 and 2383170657. */
const ofS2 = 'ab';
const ofS3 = 'kiwi';
const names = ['s1', 's2', 's3'];

function optionsOf(name: string, more: StartRingOptions = {}): StartRingOptions {
  return { servers: 3, virtualIds: virtualIds.get(name), ...more };
}

async function startAll(more: StartRingOptions = {}): Promise<RingNet> {
  const net = new RingNet();
  for (const name of names) await net.start(name, optionsOf(name, more));
  await net.simulation.advance(2_000);
  return net;
}

/** What each server takes for the epoch; undefined: it does not know the ring. */
async function epochs(net: RingNet): Promise<(number | undefined)[]> {
  const found: (number | undefined)[] = [];
  for (const name of names) {
    const [node] = net.nodes(name);
    assert.ok(node !== undefined);
    const code = await net.errorOf(node.at, 'RING', 'SERVERS');
    found.push(code === undefined ? (await net.viewOf(node.at)).epoch : undefined);
  }
  return found;
}

describe('a server that is started', () => {
  test('long before the coordinator is in the ring two seconds after it', async () => {
    const net = new RingNet();
    const early = await net.start('s2', optionsOf('s2', { servers: 2 }));
    net.simulation.node('s1');
    await net.simulation.advance(30_000);
    await net.start('s1', optionsOf('s1', { servers: 2 }));
    await net.simulation.advance(2_000);
    const view = await net.simulation.settle(early.ready);
    assert.equal(view.nodes.length, 2);
    assert.deepEqual(await net.viewOf(at('s1')), view);
  });

  test('with a virtual id that is taken is refused, and the ring is complete without it', async () => {
    const net = new RingNet();
    await net.start('s1', optionsOf('s1', { servers: 2 }));
    const twin = await net.start('s3', { virtualIds: virtualIds.get('s1') });
    const fault = await net.simulation.settle(twin.failed);
    assert.equal(fault.code, 'RING_REFUSED');
    assert.match(
      fault.message,
      /virtual id 1000000000 .* is taken by node [0-9a-f]{16} at s1:7001/,
    );
    const { ready } = await net.start('s2', optionsOf('s2'));
    const view = await net.simulation.settle(ready);
    assert.deepEqual(view.nodes.map((node) => node.at.host).toSorted(), ['s1', 's2']);
  });

  test('and told of another server than the coordinator hears that', async () => {
    const net = new RingNet();
    await net.start('s1', optionsOf('s1', { ports: [7_001, 7_002], virtualIds: [[1], [2]] }));
    await net.start('s2', optionsOf('s2'));
    for (const coordinator of [at('s2'), at('s1', 7_002)]) {
      const lost = await net.start('s3', optionsOf('s3', { coordinator }));
      const { code, message } = await net.simulation.settle(lost.failed);
      assert.equal(code, 'RING_REFUSED');
      assert.match(message, /not the first one of the coordinator/);
      net.crash('s3');
    }
  });
});

describe('a coordinator that starts again', () => {
  test('with its data knows the ring at once, as it was', async () => {
    const net = await startAll(kept);
    const before = await net.viewOf(at('s1'));
    net.crash('s1', { hasPower: false });
    await net.start('s1', optionsOf('s1', kept));
    await net.simulation.advance(100);
    assert.deepEqual(await net.viewOf(at('s1')), before);
    await net.simulation.advance(15_000);
    assert.deepEqual(await epochs(net), [1, 1, 1]);
  });

  test('without data learns the ring from the others, who serve on', async () => {
    const net = await startAll();
    assert.equal(await net.ask(at('s2'), 'SET', ofS2, 'value'), 'OK');
    net.crash('s1');
    await net.start('s1', optionsOf('s1'));
    await net.simulation.advance(100);
    assert.deepEqual(await epochs(net), [undefined, 1, 1]);
    assert.equal(await net.ask(at('s2'), 'GET', ofS2), 'value');
    await net.simulation.advance(21_000);
    // Higher than before: it does not know what became of the ring meanwhile.
    assert.deepEqual(await epochs(net), [2, 2, 2]);
    const [node] = net.nodes('s1');
    assert.ok((await net.viewOf(at('s2'))).nodes.some(({ id }) => id === node?.id));
    assert.equal(await net.ask(at('s2'), 'GET', ofS2), 'value');
  });
});

describe('a server that returns', () => {
  test('with its data serves at once, also while the coordinator is away', async () => {
    const net = await startAll(kept);
    assert.equal(await net.ask(at('s2'), 'SET', ofS2, 'value'), 'OK');
    net.crash('s1');
    net.crash('s2', { hasPower: false });
    await net.start('s2', optionsOf('s2', kept));
    await net.simulation.advance(100);
    assert.equal(await net.ask(at('s2'), 'GET', ofS2), 'value');
    assert.equal(await net.ask(at('s2'), 'SET', ofS2, 'other'), 'OK');
  });

  test('at another address is found by all within ten seconds, under a higher epoch', async () => {
    const net = await startAll(kept);
    const before = net.nodes('s2')[0]?.id;
    net.crash('s2');
    await net.start('s2', optionsOf('s2', { ...kept, ports: [9_000] }));
    await net.simulation.advance(500);
    assert.deepEqual(await epochs(net), [2, 2, 1]);
    await net.simulation.advance(11_000);
    assert.deepEqual(await epochs(net), [2, 2, 2]);
    const { nodes } = await net.viewOf(at('s3'));
    assert.deepEqual(nodes.find(({ id }) => id === before)?.at, at('s2', 9_000));
  });

  test('at another address is found at once by whom a client tells of the newer view', async () => {
    const net = await startAll(kept);
    net.crash('s2');
    await net.start('s2', optionsOf('s2', { ...kept, ports: [9_000] }));
    // So long that s3 does not ask again by itself.
    await net.simulation.advance(1_500);
    const write = (): Promise<string | undefined> =>
      net.errorOf(at('s3'), 'ONCE', 2, 'client', 1, 1, 'SET', ofS3, 'value');
    assert.equal(await write(), 'STALEVIEW');
    await net.simulation.advance(1_200);
    assert.equal(await write(), undefined);
  });

  test('without data is known by its address and virtual ids, and writes nothing before leases are over', async () => {
    const terms = { leaseMs: 5_000, guardMs: 1_000 };
    const net = await startAll({ terms });
    const elapsedMs = async (work: () => Promise<unknown>): Promise<number> => {
      const beganMs = net.simulation.nowMs;
      await work();
      return net.simulation.nowMs - beganMs;
    };
    const write = (): Promise<unknown> => net.ask(at('s2'), 'SET', ofS2, 'value');
    // At the beginning of the ring there are no leases to wait for.
    assert.ok((await elapsedMs(write)) < 100);
    net.crash('s2');
    await net.start('s2', optionsOf('s2', { terms }));
    await net.simulation.advance(500);
    assert.deepEqual(await epochs(net), [2, 2, 1]);
    assert.equal(await net.ask(at('s2'), 'GET', ofS2), null);
    const waitedMs = await elapsedMs(write);
    assert.ok(waitedMs > 5_000 && waitedMs < 6_100, `waited for ${waitedMs} ms`);
    assert.ok((await elapsedMs(write)) < 100);
  });

  test('without data or virtual ids is refused: nobody knows which keys were its own', async () => {
    const net = await startAll();
    net.crash('s2');
    const { failed } = await net.start('s2');
    const { code, message } = await net.simulation.settle(failed);
    assert.equal(code, 'RING_REFUSED');
    assert.match(message, /not of this ring/);
  });
});

test('a server with several nodes registers all of them, and each has the view', async () => {
  const net = new RingNet();
  await net.start('s1', { servers: 2, ports: [7_001, 7_002], folder: 'ring' });
  await net.start('s2', { ports: [7_001, 7_002, 7_003], folder: 'ring' });
  await net.simulation.advance(2_000);
  const nodes = [...net.nodes('s1'), ...net.nodes('s2')];
  const view = await net.viewOf(at('s1'));
  assert.equal(view.nodes.length, 5);
  for (const node of nodes) assert.deepEqual(await net.viewOf(node.at), view);
  net.crash('s2', { hasPower: false });
  await net.start('s2', { ports: [7_001, 7_002, 7_003], folder: 'ring' });
  await net.simulation.advance(100);
  for (const node of nodes) assert.deepEqual(await net.viewOf(node.at), view);
});
