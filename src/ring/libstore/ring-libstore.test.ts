import assert from 'node:assert/strict';
import { test } from 'node:test';

import { bulk, nilReply, okReply } from '../../../test/support/command-server.ts';
import {
  appliedPush,
  revokePush,
  SmallRingNode,
  viewReply,
} from '../../../test/support/small-ring-node.ts';
import { ringLimits } from '../../core/limits.ts';
import type { HostPort } from '../../core/network.ts';
import { Simulation } from '../../sim/simulation.ts';
import { HashRing } from '../hash-ring.ts';
import { partitionHashOf } from '../partition.ts';
import type { RingView } from '../ring-view.ts';
import { RingLibstore, type RingLibstoreOptions } from './ring-libstore.ts';

function addressOf(name: string): HostPort {
  return { host: name, port: 7400 };
}

/** Nodes `a`, `b`, … that share the ring evenly, and Libstores that ask them. */
class World {
  readonly simulation: Simulation;
  readonly view: RingView;
  readonly nodes: ReadonlyMap<string, SmallRingNode>;

  constructor(names: readonly string[] = ['a']) {
    this.simulation = new Simulation({ seed: 1, promiseTicks: 1_000 });
    const step = 2 ** 32 / names.length;
    this.view = {
      epoch: 1,
      nodes: names.map((id, i) => ({ id, at: addressOf(id), virtualIds: [Math.floor(i * step)] })),
    };
    this.nodes = new Map(names.map((name) => [name, new SmallRingNode(this.view)]));
    for (const [name, node] of this.nodes) {
      this.simulation.node(name).boot((outside) => node.start(outside, addressOf(name)));
    }
  }

  node(name = 'a'): SmallRingNode {
    const node = this.nodes.get(name);
    assert.ok(node !== undefined);
    return node;
  }

  async connect(options: Partial<RingLibstoreOptions> = {}, app = 'app'): Promise<RingLibstore> {
    await this.simulation.advance(1);
    const { outside } = this.simulation.node(app);
    return this.settle(
      RingLibstore.connect({ outside, coordinator: addressOf('a'), leases: 'never', ...options }),
    );
  }

  settle<T>(promise: Promise<T>): Promise<T> {
    return this.simulation.settle(promise);
  }

  /** A key that `name` owns. */
  keyOf(name: string): string {
    const ring = new HashRing(this.view);
    for (let i = 0; ; i += 1) {
      const key = `${name}-${i}`;
      if (ring.owner(partitionHashOf(key)).id === name) return key;
    }
  }
}

// Tribbler §3.2
test('a ring that is not complete is asked once a second, five times, and then RING_NOT_READY', async () => {
  const world = new World();
  world.node().override = (peer) => {
    peer.send('-NOTREADY 1 of 2 servers\r\n');
    return true;
  };
  const startMs = world.simulation.nowMs;
  await assert.rejects(world.connect(), { code: 'RING_NOT_READY' });
  assert.equal(world.node().count('RING'), 6);
  const tookMs = world.simulation.nowMs - startMs;
  assert.ok(tookMs >= 5_000 && tookMs < 5_500, `took ${tookMs} ms`);
});

test('a ring that becomes complete meanwhile is used', async () => {
  const world = new World();
  let asked = 0;
  world.node().override = (peer, words) => {
    if (words[0] !== 'RING' || (asked += 1) > 3) return false;
    peer.send('-NOTREADY 1 of 2 servers\r\n');
    return true;
  };
  const store = await world.connect();
  await world.settle(store.put('k', 'v'));
  assert.equal(asked, 4);
});

test('a node that is not there is CONNECT_FAILED, at once', async () => {
  const world = new World();
  world.simulation.node('nobody');
  const connecting = world.connect({ coordinator: addressOf('nobody') });
  await assert.rejects(connecting, { code: 'CONNECT_FAILED' });
});

// Tribbler §4.2
test('each key is asked of its owner, over one kept connection for each', async () => {
  const world = new World(['a', 'b', 'c']);
  const store = await world.connect();
  for (const name of ['a', 'b', 'c', 'a', 'b', 'c']) {
    await world.settle(store.put(world.keyOf(name), name));
  }
  for (const name of ['a', 'b', 'c']) {
    assert.equal(world.node(name).count('ONCE'), 2);
    const { peers } = world.node(name);
    assert.equal(peers.filter(({ commands }) => commands[0]?.[0] === 'ONCE').length, 1);
  }
});

test('many keys are one round trip for each server', async () => {
  const world = new World(['a', 'b']);
  const store = await world.connect();
  const keys = Array.from({ length: 200 }, (_, i) => `user-${i}`);
  await world.settle(store.getMany([world.keyOf('a'), world.keyOf('b')]));
  const before = store.statistics();
  await world.settle(store.getMany(keys));
  const after = store.statistics();
  assert.equal(after.roundTrips - before.roundTrips, 2);
  assert.equal(after.requests - before.requests, 200);
});

test('every write has a number of its own, and says from which on answers are missing', async () => {
  const world = new World();
  const store = await world.connect();
  await world.settle(Promise.all([store.put('k', '1'), store.put('k', '2')]));
  await world.settle(store.delete('k'));
  const writes = world.node().commands.filter(([name]) => name === 'ONCE');
  assert.deepEqual(
    writes.map(([, epoch, client, number, floor, name]) => [
      epoch,
      client?.length,
      number,
      floor,
      name,
    ]),
    [
      ['1', 16, '1', '1', 'SET'],
      ['1', 16, '2', '1', 'SET'],
      ['1', 16, '3', '3', 'DEL'],
    ],
  );
});

// B9
test('no two writes have one number, whatever nodes they go to: one that has begun anew takes those of another', async () => {
  const world = new World(['a', 'b']);
  const store = await world.connect();
  const renamed = {
    epoch: 1,
    nodes: world.view.nodes.map((node) => ({ ...node, id: `${node.id} again` })),
  };
  const putBoth = (value: string): Promise<unknown> =>
    world.settle(Promise.all(['a', 'b'].map((name) => store.put(world.keyOf(name), value))));
  await putBoth('1');
  // The nodes have forgotten everything and have new names; the writes of a stale view arrive all the same, until one is refused.
  let isRefused = false;
  world.node('a').override = (peer, words) => {
    if (words[0] === 'RING') peer.send(viewReply(renamed));
    else if (words[0] === 'ONCE' && !isRefused) {
      isRefused = true;
      peer.send('-STALEVIEW the view of the ring is another one\r\n');
    } else return false;
    return true;
  };
  await putBoth('2');
  await putBoth('3');
  const writes = ['a', 'b']
    .flatMap((name) => world.node(name).commands)
    .filter(([name]) => name === 'ONCE');
  const values = new Map<string, Set<string>>();
  for (const [, , , number = '', , , key, value] of writes) {
    values.set(number, (values.get(number) ?? new Set()).add(`${key} ${value}`));
  }
  assert.equal(writes.length, 7);
  assert.equal(values.size, 6);
  for (const [number, of] of values) assert.equal(of.size, 1, `${number} is of ${[...of].join()}`);
});

test('a write whose connection is lost is sent again with its number', async () => {
  const world = new World();
  let isFirst = true;
  world.node().override = (peer, words) => {
    if (words[0] !== 'ONCE' || !isFirst) return false;
    isFirst = false;
    peer.destroy();
    return true;
  };
  const store = await world.connect();
  await world.settle(store.put('k', 'v'));
  const writes = world.node().commands.filter(([name]) => name === 'ONCE');
  assert.equal(writes.length, 2);
  assert.deepEqual(writes[0], writes[1]);
  assert.equal(store.statistics().retries, 1);
});

test('writes that were sent in an order are sent again in that order, before later ones', async () => {
  const world = new World();
  const { simulation } = world;
  const store = await world.connect();
  await world.settle(store.put('k', '0'));
  world.node().override = (_, words) => words[0] === 'ONCE';
  const early = [store.put('k', '1'), store.put('k', '2')];
  await simulation.advance(50);
  world.node().override = () => false;
  simulation.node('a').crash();
  await simulation.advance(200);
  const late = store.put('k', '3');
  simulation.node('a').restart();
  await world.settle(Promise.all([...early, late]));
  const values = world.node().commands.map((words) => words[7]);
  assert.deepEqual(values.slice(-3), ['1', '2', '3']);
});

test('a node that is away fails calls at their deadline with the reason, and serves when it is back', async () => {
  const world = new World();
  const store = await world.connect();
  await world.settle(store.put('k', 'v'));
  world.simulation.node('a').crash();
  await world.simulation.advance(100);
  await assert.rejects(world.settle(store.get('k', { timeoutMs: 3_000 })), {
    code: 'CONNECT_FAILED',
  });
  const patient = store.get('k');
  await world.simulation.advance(2_000);
  world.simulation.node('a').restart();
  assert.equal(await world.settle(patient), 'v');
});

test('a node that is away is knocked at about once a second, however many calls wait', async () => {
  const world = new World();
  const store = await world.connect();
  await world.settle(store.put('k', 'v'));
  world.simulation.node('a').crash();
  const calls = Array.from({ length: 100 }, () => store.get('k', { timeoutMs: 10_000 }));
  const outcomes = Promise.allSettled(calls);
  await world.settle(outcomes);
  assert.ok(store.statistics().requests < 250, `${store.statistics().requests} requests`);
});

test('a node that takes connections and says nothing is tried again', async () => {
  const world = new World();
  const store = await world.connect();
  await world.settle(store.put('k', 'v'));
  world.node().isDeaf = true;
  const get = store.get('k', { timeoutMs: 60_000 });
  await world.simulation.advance(100);
  world.node().lastPeer?.destroy();
  await world.simulation.advance(5_000);
  world.node().isDeaf = false;
  assert.equal(await world.settle(get), 'v');
});

test('a node that cannot be reached for long is found again, and calls fail at their deadline meanwhile', async () => {
  const world = new World();
  const store = await world.connect();
  await world.settle(store.put('k', 'v'));
  world.simulation.cut('app', 'a');
  await assert.rejects(world.settle(store.get('k', { timeoutMs: 5_000 })), {
    code: 'DEADLINE_EXCEEDED',
  });
  await world.simulation.advance(30_000);
  world.simulation.heal('app', 'a');
  assert.equal(await world.settle(store.get('k')), 'v');
});

test('a write that waits for leases is done when it is applied', async () => {
  const world = new World();
  const store = await world.connect();
  world.node().override = (peer, words) => {
    if (words[0] !== 'ONCE') return false;
    peer.send('+WAITING\r\n');
    return true;
  };
  let isDone = false;
  const put = store.putIfAbsent('k', 'v').finally(() => (isDone = true));
  await world.simulation.advance(11_000);
  assert.equal(isDone, false);
  world.node().lastPeer?.send(appliedPush(1, nilReply));
  assert.equal(await world.settle(put), false);
});

test('other calls are not held up by a write that waits', async () => {
  const world = new World();
  const store = await world.connect();
  world.node().override = (peer, words) => {
    if (words[0] !== 'ONCE') return false;
    peer.send('+WAITING\r\n');
    return true;
  };
  const put = store.put('k', 'v');
  assert.equal(await world.settle(store.get('other')), undefined);
  world.node().lastPeer?.send(appliedPush(1, okReply));
  await world.settle(put);
});

test('a write that waits is sent again first when its connection is lost', async () => {
  const world = new World();
  const store = await world.connect();
  world.node().override = (peer, words) => {
    if (words[0] !== 'ONCE') return false;
    if (words[7] === '1') peer.send('+WAITING\r\n');
    return true;
  };
  const puts = [store.put('k', '1'), store.put('k', '2')];
  await world.simulation.advance(100);
  world.node().override = () => false;
  world.node().lastPeer?.destroy();
  await world.settle(Promise.all(puts));
  assert.deepEqual(
    world
      .node()
      .commands.filter(([name]) => name === 'ONCE')
      .map((words) => words[7]),
    ['1', '2', '1', '2'],
  );
});

test('a server that vanishes while a write waits is missed', async () => {
  const world = new World();
  const store = await world.connect({ timeoutMs: 60_000 });
  world.node().override = (peer, words) => {
    if (words[0] !== 'ONCE') return false;
    peer.send('+WAITING\r\n');
    return true;
  };
  const put = store.put('k', 'v');
  await world.simulation.advance(100);
  world.node().override = () => false;
  world.simulation.cut('app', 'a');
  await world.simulation.advance(20_000);
  world.simulation.heal('app', 'a');
  await world.settle(put);
  assert.equal(store.statistics().retries, 1);
});

test('a write that is never applied fails at its deadline', async () => {
  const world = new World();
  const store = await world.connect();
  world.node().override = (peer, words) => {
    if (words[0] !== 'ONCE') return false;
    peer.send('+WAITING\r\n');
    return true;
  };
  const startMs = world.simulation.nowMs;
  const put = store.put('k', 'v', { timeoutMs: 20_000 });
  await assert.rejects(world.settle(put), { code: 'DEADLINE_EXCEEDED' });
  assert.ok(Math.abs(world.simulation.nowMs - startMs - 20_000) < 5);
});

for (const code of ['WRONGSERVER', 'STALEVIEW']) {
  test(`after ${code} the view is asked for again, and the call is sent anew`, async () => {
    const world = new World();
    const store = await world.connect();
    const newer = { ...world.view, epoch: 2 };
    world.node().override = (peer, words) => {
      if (words[0] === 'RING') peer.send(viewReply(newer));
      else if (words[1] === '1') peer.send(`-${code} epoch 2\r\n`);
      else return false;
      return true;
    };
    await world.settle(store.put('k', 'v'));
    const writes = world.node().commands.filter(([name]) => name === 'ONCE');
    assert.deepEqual(
      writes.map(([, epoch, , number]) => [epoch, number]),
      [
        ['1', '1'],
        ['2', '1'],
      ],
    );
  });
}

test('a node that has not heard of the newest view yet is waited for, and no older one is taken', async () => {
  const world = new World();
  const newer = { ...world.view, epoch: 3 };
  world.node().override = (peer, words) => {
    if (words[0] === 'RING') peer.send(viewReply(newer));
    return words[0] === 'RING';
  };
  const store = await world.connect();
  let refused = 0;
  world.node().override = (peer, words) => {
    if (words[0] !== 'ONCE' || (refused += 1) > 2) return false;
    peer.send('-STALEVIEW the view of the ring has epoch 1, not 3\r\n');
    return true;
  };
  await world.settle(store.put('k', 'v'));
  const epochs = world
    .node()
    .commands.filter(([name]) => name === 'ONCE')
    .map(([, epoch]) => epoch);
  assert.deepEqual(epochs, ['3', '3', '3']);
});

test('a ring that has begun anew, with lower epochs, is followed', async () => {
  const world = new World();
  const newer = { ...world.view, epoch: 3 };
  world.node().override = (peer, words) => {
    if (words[0] === 'RING') peer.send(viewReply(newer));
    return words[0] === 'RING';
  };
  const store = await world.connect();
  world.node().override = (peer, words) => {
    if (words[0] !== 'ONCE' || words[1] === '1') return false;
    peer.send('-STALEVIEW the view of the ring has epoch 1, not 3\r\n');
    return true;
  };
  await world.settle(store.put('k', 'v'));
});

test('a node that is never the owner is not asked for ever', async () => {
  const world = new World();
  const store = await world.connect();
  world.node().override = (peer, words) => {
    if (words[0] !== 'GET') return false;
    peer.send('-WRONGSERVER not mine\r\n');
    return true;
  };
  const get = world.settle(store.get('k', { timeoutMs: 60_000 }));
  await assert.rejects(get, { code: 'RESP_REPLY_ERROR', message: /not mine/ });
  assert.equal(world.node().count('GET'), ringLimits.misroutedMax + 1);
});

test('a node that is not ready is asked again once a second, five times', async () => {
  const world = new World();
  const store = await world.connect();
  world.node().override = (peer, words) => {
    if (words[0] !== 'GET') return false;
    peer.send('-NOTREADY waiting for others\r\n');
    return true;
  };
  await assert.rejects(world.settle(store.get('k')), { code: 'RING_NOT_READY' });
  assert.equal(world.node().count('GET'), 6);
});

test('a node that moved is found by the view of the others', async () => {
  const world = new World(['a', 'b']);
  const store = await world.connect();
  const key = world.keyOf('b');
  await world.settle(store.put(key, 'old'));
  const moved: RingView = {
    epoch: 2,
    nodes: world.view.nodes.map((node) =>
      node.id === 'b' ? { ...node, at: addressOf('c') } : node,
    ),
  };
  const newHome = new SmallRingNode(moved);
  world.simulation.node('c').boot((outside) => newHome.start(outside, addressOf('c')));
  world.simulation.node('b').crash();
  world.node('a').override = (peer, words) => {
    if (words[0] === 'RING') peer.send(viewReply(moved));
    return words[0] === 'RING';
  };
  await world.settle(store.put(key, 'new'));
  assert.equal(newHome.count('ONCE'), 1);
});

// Tribbler §4.3
test('who walks asks the next live node, tells it why, and comes back when the owner does', async () => {
  const world = new World(['a', 'b', 'c']);
  const store = await world.connect({ onDead: 'walk' });
  const key = world.keyOf('b');
  await world.settle(store.put(key, 'owner'));
  await world.settle(store.put(world.keyOf('c'), 'own'));
  world.simulation.node('b').crash();
  await world.settle(store.put(key, 'stand-in'));
  const [walk, write] = world.node('c').commands.slice(-2);
  assert.deepEqual(walk, ['RING', 'WALK', 'b']);
  assert.deepEqual(write?.slice(-2), [key, 'stand-in']);
  world.simulation.node('b').restart();
  await world.simulation.advance(2 * ringLimits.deadRetryMs);
  assert.equal(await world.settle(store.get(key)), 'owner');
  assert.deepEqual(world.node('c').commands.at(-1), ['RING', 'WALK']);
});

test('a stand-in that is new hears of the dead before anything else', async () => {
  const world = new World(['a', 'b', 'c']);
  const store = await world.connect({ onDead: 'walk' });
  world.simulation.node('b').crash();
  await world.settle(store.put(world.keyOf('b'), 'v'));
  assert.deepEqual(
    world.node('c').commands.map(([name]) => name),
    ['RING', 'ONCE'],
  );
});

test('who refuses asks nobody else', async () => {
  const world = new World(['a', 'b', 'c']);
  const store = await world.connect();
  world.simulation.node('b').crash();
  const put = store.put(world.keyOf('b'), 'v', { timeoutMs: 3_000 });
  await assert.rejects(world.settle(put), { code: 'CONNECT_FAILED' });
  assert.equal(world.node('a').count('ONCE') + world.node('c').count('ONCE'), 0);
});

test('a revocation drops the copy and is answered', async () => {
  const world = new World();
  const revoked: string[] = [];
  const store = await world.connect({ leases: 'always', onRevoke: (key) => revoked.push(key) });
  await world.settle(store.get('k'));
  await world.settle(store.get('k'));
  assert.equal(world.node().count('GETLEASE'), 1);
  world.node().lastPeer?.send(revokePush('k', 1, 1));
  await world.simulation.advance(100);
  assert.deepEqual(world.node().commands.at(-1), ['REVOKED', 'k', '1']);
  assert.deepEqual(revoked, ['k']);
  await world.settle(store.get('k'));
  assert.equal(world.node().count('GETLEASE'), 2);
});

// B5
test('a client that was stopped serves nothing stale', async () => {
  const world = new World();
  const store = await world.connect({ leases: 'always' });
  await world.settle(store.get('k'));
  world.simulation.node('app').pause(15_000);
  await world.simulation.advance(15_100);
  await world.settle(store.get('k'));
  assert.equal(world.node().count('GETLEASE'), 2);
});

test('what copies answer is at hand, and what they do not is a promise', async () => {
  const world = new World();
  const store = await world.connect({ leases: 'always' });
  const { ready } = store;
  await world.settle(store.put('k', 'v'));
  await world.settle(store.appendToList('l', 'x'));
  assert.equal(await world.settle(Promise.resolve(ready.get('k'))), 'v');
  const lists = await world.settle(Promise.resolve(ready.getLists(['l', 'none'])));
  assert.equal(ready.get('k'), 'v');
  assert.deepEqual(ready.getList('l'), ['x']);
  assert.deepEqual(ready.getLists(['l', 'none']), lists);
  world.node().lastPeer?.send(revokePush('l', 2, 1));
  await world.simulation.advance(100);
  const asked = ready.getLists(['l', 'none']);
  assert.ok(asked instanceof Promise);
  assert.deepEqual(await world.settle(asked), lists);
});

test('a lease counts from when it was asked for, not from when it came', async () => {
  const world = new World();
  const store = await world.connect({ leases: 'always' });
  world.node().override = (peer, words) => {
    if (words[0] !== 'GETLEASE') return false;
    world.simulation
      .node('a')
      .outside.timers.setTimer(4_000, () => peer.send(`*3\r\n${bulk('v')}:1\r\n:10000\r\n`));
    return true;
  };
  await world.settle(store.get('k'));
  await world.simulation.advance(5_900);
  await world.settle(store.get('k'));
  assert.equal(world.node().count('GETLEASE'), 1);
  await world.simulation.advance(200);
  await world.settle(store.get('k'));
  assert.equal(world.node().count('GETLEASE'), 2);
});

test('copies end with the connection that carried their grants', async () => {
  const world = new World();
  const store = await world.connect({ leases: 'always' });
  await world.settle(store.get('k'));
  world.node().lastPeer?.destroy();
  await world.simulation.advance(100);
  await world.settle(store.get('k'));
  assert.equal(world.node().count('GETLEASE'), 2);
});

test('what is just being read under a lease is not asked for twice', async () => {
  const world = new World();
  const store = await world.connect({ leases: 'always' });
  await world.settle(store.appendToList('l', 'x'));
  const reads = [store.getList('l', { newest: 5 }), store.getList('l', { newest: 5 })];
  const [first, second] = await world.settle(Promise.all(reads));
  assert.deepEqual(first, ['x']);
  assert.equal(second, first);
  assert.equal(world.node().count('LRANGELEASE'), 1);
  await world.settle(Promise.all([store.getList('m', { newest: 5 }), store.getList('m')]));
  assert.equal(world.node().count('LRANGELEASE'), 3, 'the first has too little for the second');
});

test('a read that waited for another one asks itself when that brings no copy', async () => {
  const world = new World();
  const store = await world.connect({ leases: 'always' });
  world.node().override = (peer, words) => {
    if (words[0] !== 'GETLEASE') return false;
    peer.send(`*3\r\n${bulk(`${world.node().count('GETLEASE')}`)}:0\r\n:0\r\n`);
    return true;
  };
  const reads = await world.settle(Promise.all([store.get('k'), store.get('k')]));
  assert.deepEqual(reads, ['1', '2']);
});

test('a read does not wait for one that was sent before a write of the same client', async () => {
  const world = new World();
  const store = await world.connect({ leases: 'always' });
  const first = store.get('k');
  const put = store.put('k', 'v');
  assert.equal(await world.settle(store.get('k')), 'v');
  await world.settle(Promise.all([first, put]));
  assert.equal(world.node().count('GETLEASE'), 2);
});

test('a read that waits for another one is asked anew when the connection is lost', async () => {
  const world = new World();
  const store = await world.connect({ leases: 'always' });
  let isLost = false;
  world.node().override = (peer, words) => {
    if (words[0] !== 'GETLEASE' || isLost) return false;
    isLost = true;
    peer.destroy();
    return true;
  };
  const reads = [store.get('k'), store.get('k')];
  assert.deepEqual(await world.settle(Promise.all(reads)), [undefined, undefined]);
});

test('close gives leases back and leaves no connection', async () => {
  const world = new World();
  const store = await world.connect({ leases: 'always' });
  for (const key of ['a', 'b']) await world.settle(store.get(key));
  await world.settle(store.close());
  await world.simulation.advance(100);
  assert.deepEqual(world.node().commands.slice(-2), [
    ['REVOKED', 'a', '1'],
    ['REVOKED', 'b', '2'],
  ]);
  assert.equal(world.simulation.connectionCount, 0);
});

test('close fails what is under way, wherever it waits', async () => {
  const world = new World(['a', 'b']);
  const store = await world.connect();
  world.node('a').override = (peer, words) => {
    if (words[0] === 'GET') return true;
    if (words[0] === 'LRANGE') peer.send('-NOTREADY\r\n');
    else if (words[0] === 'ONCE') peer.send('+WAITING\r\n');
    else return false;
    return true;
  };
  world.simulation.node('b').crash();
  const key = world.keyOf('a');
  const calls = [
    store.getList(key),
    store.put(key, 'v'),
    store.get(key),
    store.get(world.keyOf('b')),
  ];
  const outcomes = Promise.allSettled<unknown>(calls);
  await world.simulation.advance(500);
  await world.settle(store.close());
  for (const outcome of await world.settle(outcomes)) {
    assert.ok(outcome.status === 'rejected');
    assert.equal((outcome.reason as { code: string }).code, 'CLIENT_CLOSED');
  }
  await world.simulation.advance(20_000);
  assert.equal(world.simulation.connectionCount, 0);
});

test('a reply of the wrong shape is RESP_PROTOCOL, and the next call works', async () => {
  for (const reply of [':1\r\n', '*0\r\n', '*3\r\n_\r\n_\r\n_\r\n', '*2\r\n_\r\n:1\r\n']) {
    const world = new World();
    const store = await world.connect({ leases: 'always' });
    let isFirst = true;
    world.node().override = (peer, words) => {
      if (words[0] !== 'GETLEASE' || !isFirst) return false;
      isFirst = false;
      peer.send(reply);
      return true;
    };
    await assert.rejects(world.settle(store.get('k')), { code: 'RESP_PROTOCOL' });
    assert.equal(await world.settle(store.get('k')), undefined);
  }
});
