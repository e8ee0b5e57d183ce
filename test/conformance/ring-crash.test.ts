import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { ringLimits } from '../../src/core/limits.ts';
import { AtollError } from '../../src/core/errors.ts';
import { HashRing } from '../../src/ring/hash-ring.ts';
import type { Libstore } from '../../src/ring/libstore/libstore.ts';
import { RingLibstore } from '../../src/ring/libstore/ring-libstore.ts';
import { partitionHashOf } from '../../src/ring/partition.ts';
import { RingNet } from '../support/ring-net.ts';

// Tribbler §4.3: servers that crash, in virtual time.

const hosts = ['s1', 's2', 's3'] as const;

/** Three servers that keep their data, and clients of theirs. */
class Crashing {
  readonly net: RingNet = new RingNet();
  readonly #ring: HashRing;

  private constructor(net: RingNet, ring: HashRing) {
    this.net = net;
    this.#ring = ring;
  }

  static async start(): Promise<Crashing> {
    const net = new RingNet();
    const servers = [];
    for (const host of hosts) servers.push(await net.start(host, options(host)));
    const view = await net.simulation.settle(
      servers[0]?.ready ?? Promise.reject(new Error('none')),
    );
    return new Crashing(net, new HashRing(view));
  }

  open(name: string, onDead: 'walk' | 'refuse'): Promise<Libstore> {
    const { outside } = this.net.simulation.node(name);
    return this.settle(
      RingLibstore.connect({ outside, coordinator: this.net.coordinator, onDead }),
    );
  }

  /** Keys whose owner is the server, and who stands in for it while it is dead. */
  keysOf(host: string, count: number): string[] {
    const keys = Array.from({ length: 1_000 }, (_, i) => `${i}.user:key`);
    return keys.filter((key) => this.ownerOf(key) === host).slice(0, count);
  }

  ownerOf(key: string): string {
    return this.#ring.owner(partitionHashOf(key)).at.host;
  }

  standInOf(key: string, dead: string): string | undefined {
    return this.#ring.standIn(partitionHashOf(key), ({ at }) => at.host === dead)?.at.host;
  }

  /** Entries that a server has. */
  async entriesAt(host: string): Promise<number> {
    const reports = await this.settle(this.net.inspect(host));
    return reports.reduce((sum, { storage }) => sum + storage.keys, 0);
  }

  settle<T>(promise: Promise<T>): Promise<T> {
    return this.net.simulation.settle(promise);
  }

  async restart(host: string): Promise<void> {
    await this.net.start(host, options(host));
    await this.net.simulation.advance(2 * ringLimits.deadRetryMs);
  }
}

function options(host: string): Parameters<RingNet['start']>[1] {
  const number = hosts.findIndex((each) => each === host);
  // In another order behind the first three than in them: who stands in differs from key to key.
  const virtualIds = [[number * 0x50000000, 0xf8000000 - number * 0x08000000]];
  return { servers: hosts.length, folder: 'data', durability: 'fsync', virtualIds };
}

describe('while a server is dead', () => {
  test('all clients that walk go to the same next server, and find there what the others put', async () => {
    const crash = await Crashing.start();
    const [one, two] = [await crash.open('one', 'walk'), await crash.open('two', 'walk')];
    const keys = crash.keysOf('s2', 40);
    assert.equal(new Set(keys.map((key) => crash.standInOf(key, 's2'))).size, 2);
    crash.net.crash('s2');
    await crash.settle(Promise.all(keys.map((key) => one.put(key, 'from one'))));
    for (const key of keys) assert.equal(await crash.settle(two.get(key)), 'from one');
    for (const host of ['s1', 's3']) {
      const own = keys.filter((key) => crash.standInOf(key, 's2') === host).length;
      assert.equal(await crash.entriesAt(host), own);
    }
  });

  test('the stand-in has what it was given as one, and nothing else', async () => {
    const crash = await Crashing.start();
    const store = await crash.open('one', 'walk');
    const [key = '', other = ''] = crash.keysOf('s2', 2);
    await crash.settle(store.put(key, 'at its owner'));
    crash.net.crash('s2');
    assert.equal(await crash.settle(store.get(key)), undefined);
    assert.equal(await crash.settle(store.appendToList(other, 'item')), true);
    assert.deepEqual(await crash.settle(store.getList(other, {})), ['item']);
  });

  test('who does not walk is refused the keys of the dead, and of them alone', async () => {
    const crash = await Crashing.start();
    const store = await crash.open('one', 'refuse');
    const [dead = ''] = crash.keysOf('s2', 1);
    const [living = ''] = crash.keysOf('s3', 1);
    crash.net.crash('s2');
    await assert.rejects(crash.settle(store.put(dead, 'v')), AtollError);
    await crash.settle(store.put(living, 'v'));
    assert.equal(await crash.settle(store.get(living)), 'v');
    const [first, second] = await crash.settle(store.getMany([dead, living]));
    assert.ok(first instanceof AtollError);
    assert.equal(second, 'v');
  });
});

describe('when a server comes back', () => {
  test('clients that walked come back to it, and find what it had', async () => {
    const crash = await Crashing.start();
    const store = await crash.open('one', 'walk');
    const [key = ''] = crash.keysOf('s2', 1);
    await crash.settle(store.put(key, 'at its owner'));
    crash.net.crash('s2');
    await crash.settle(store.put(key, 'at the stand-in'));
    await crash.restart('s2');
    assert.equal(await crash.settle(store.get(key)), 'at its owner');
  });

  test('clients that were refused are served again, and nothing that was acknowledged is lost', async () => {
    const crash = await Crashing.start();
    const store = await crash.open('one', 'refuse');
    const keys = crash.keysOf('s2', 20);
    await crash.settle(Promise.all(keys.map((key) => store.put(key, `of ${key}`))));
    crash.net.crash('s2', { hasPower: false });
    await assert.rejects(crash.settle(store.get(keys[0] ?? '')), AtollError);
    await crash.restart('s2');
    for (const key of keys) assert.equal(await crash.settle(store.get(key)), `of ${key}`);
  });
});
