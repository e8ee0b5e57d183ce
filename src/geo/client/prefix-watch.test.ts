import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  bulk,
  CommandServer,
  okReply,
  type OnCommand,
} from '../../../test/support/command-server.ts';
import { geoClientLimits } from '../../core/limits.ts';
import type { HostPort } from '../../core/network.ts';
import { Simulation } from '../../sim/simulation.ts';
import { GeoClient } from './client.ts';
import { FixedRouter } from './fixed-router.ts';
import type { Change } from './geo-store.ts';
import { RoundRobinRouter } from './round-robin-router.ts';
import type { Router } from './router.ts';

const one: HostPort = { host: 'one', port: 7001 };
const two: HostPort = { host: 'two', port: 7001 };

/** Accepts watches and answers PING. */
const accept: OnCommand = (peer, words) => {
  peer.send(words[0] === 'PING' ? '+PONG\r\n' : okReply);
};

/** A server that accepts watches, and a client that watches `w/`. */
class WatchedWorld {
  readonly simulation: Simulation;
  readonly server = new CommandServer();
  readonly client: GeoClient;
  readonly changes: Change[] = [];

  constructor({
    seed,
    onCommand = accept,
    router = new FixedRouter(one),
  }: {
    seed: number;
    onCommand?: OnCommand;
    router?: Router;
  }) {
    this.simulation = new Simulation({ seed });
    this.simulation.node('one').boot((outside) => this.server.listen(outside, one, onCommand));
    this.client = new GeoClient({ router, outside: this.simulation.node('app').outside });
  }

  async watch(): Promise<void> {
    await this.simulation.advance(1);
    const watching = this.client.watch('w/', (change) => this.changes.push(change));
    await this.simulation.settle(watching);
  }

  /** The server pushes words, and they arrive. */
  async push(...words: string[]): Promise<void> {
    this.server.lastPeer?.send(`>${words.length}\r\n`, ...words.map(bulk));
    await this.simulation.advance(100);
  }
}

test('a watch survives a restart of its server and says reset', async () => {
  const world = new WatchedWorld({ seed: 1 });
  await world.watch();
  await world.push('watchprefix', 'w/', 'put', 'w/a', '1');
  world.simulation.node('one').crash();
  await world.simulation.advance(3_000);
  world.simulation.node('one').restart();
  await world.simulation.advance(geoClientLimits.reconnectLastMs + 1_000);
  await world.push('watchprefix', 'w/', 'delete', 'w/a');
  assert.deepEqual(world.changes, [
    { type: 'put', key: 'w/a', value: '1' },
    { type: 'reset' },
    { type: 'delete', key: 'w/a' },
  ]);
  assert.deepEqual(world.server.lastPeer?.commands, [['WATCHPREFIX', 'w/']]);
});

test('a server that vanished without a word is noticed', async () => {
  const { attempts, router } = countingRouter();
  const world = new WatchedWorld({ seed: 2, router });
  await world.watch();
  world.simulation.node('one').crash({ hasPower: false });
  await world.simulation.advance(geoClientLimits.watchSilenceMs - 1_000);
  assert.equal(attempts(), 1);
  await world.simulation.advance(2 * geoClientLimits.watchPingMs);
  assert.ok(attempts() > 1);
  world.simulation.node('one').restart();
  await world.simulation.advance(geoClientLimits.watchSilenceMs);
  assert.deepEqual(world.changes, [{ type: 'reset' }]);
});

test('a quiet watch stays where it is', async () => {
  const world = new WatchedWorld({ seed: 3 });
  await world.watch();
  await world.simulation.advance(600_000);
  assert.equal(world.server.peers.length, 1);
  await world.push('watchprefix', 'w/', 'put', 'w/a', '1');
  assert.equal(world.changes.length, 1);
});

test('while a server is away, attempts grow rare and never cease', async () => {
  const { attempts, router } = countingRouter();
  const world = new WatchedWorld({ seed: 4, router });
  await world.watch();
  world.simulation.node('one').crash();
  await world.simulation.advance(60_000);
  const inFirstMinute = attempts() - 1;
  assert.ok(inFirstMinute > 12 && inFirstMinute < 40, `${inFirstMinute} attempts`);
  await world.simulation.advance(600_000);
  const later = attempts() - 1 - inFirstMinute;
  assert.ok(later >= 100 && later <= 250, `${later} attempts in ten minutes`);
});

test('a watch that the server refuses fails with its words', async () => {
  const world = new WatchedWorld({
    seed: 5,
    onCommand: (peer) => peer.send('-ERR too many watches\r\n'),
  });
  await assert.rejects(world.watch(), { code: 'RESP_REPLY_ERROR', message: /too many watches/ });
  await world.simulation.advance(60_000);
  assert.equal(world.server.peers.length, 1);
});

test('a watch that cannot be at first fails, at the latest at its deadline', async () => {
  const silent = new WatchedWorld({ seed: 6, onCommand: () => undefined });
  await assert.rejects(silent.watch(), { code: 'DEADLINE_EXCEEDED' });
  const world = new WatchedWorld({ seed: 7, router: new FixedRouter(two) });
  world.simulation.node('two');
  await assert.rejects(world.watch(), { code: 'CONNECT_FAILED' });
});

test('a watch begins at another address if the first one is dead', async () => {
  const world = new WatchedWorld({ seed: 8, router: new RoundRobinRouter([two, one]) });
  world.simulation.node('two');
  await world.watch();
  await world.push('watchprefix', 'w/', 'put', 'w/a', '1');
  assert.deepEqual(world.changes, [{ type: 'put', key: 'w/a', value: '1' }]);
});

test('a push of another kind is none of our business', async () => {
  const world = new WatchedWorld({ seed: 9 });
  await world.watch();
  await world.push('invalidate', 'w/a');
  assert.deepEqual([world.changes, world.server.peers.length], [[], 1]);
});

test('nonsense from the server makes the watch begin again', async () => {
  for (const nonsense of ['>2\r\n$11\r\nwatchprefix\r\n:1\r\n', 'nonsense\r\n', '$1\r\nxy\r\n']) {
    const world = new WatchedWorld({ seed: 10 });
    await world.watch();
    world.server.lastPeer?.send(nonsense);
    await world.simulation.advance(1_000);
    assert.deepEqual([world.changes, world.server.peers.length], [[{ type: 'reset' }], 2]);
  }
});

test('closing the client ends its watches, also one that waits for its server', async () => {
  const world = new WatchedWorld({ seed: 11 });
  await world.watch();
  world.simulation.node('one').crash();
  await world.simulation.advance(10_000);
  await world.simulation.settle(world.client.close());
  world.simulation.node('one').restart();
  await world.simulation.advance(60_000);
  assert.deepEqual(world.changes, []);
  assert.equal(world.simulation.connectionCount, 0);
});

test('a watch closed by what it hears hears nothing more', async () => {
  const push = `>4\r\n${['watchprefix', 'w/', 'delete', 'w/a'].map(bulk).join('')}`;
  // The network cuts the stream anywhere; with some seeds all pushes come in one piece.
  for (let seed = 0; seed < 20; seed += 1) {
    const world = new WatchedWorld({ seed });
    await world.simulation.advance(1);
    const heard: Change[] = [];
    const watch = await world.simulation.settle(
      world.client.watch('w/', (change) => {
        heard.push(change);
        void watch.close();
      }),
    );
    world.server.lastPeer?.send(push, push, push);
    await world.simulation.advance(100);
    assert.equal(heard.length, 1);
  }
});

/** Sends everything to `one` and counts how often it was asked. */
function countingRouter(): { attempts: () => number; router: Router } {
  let count = 0;
  const nextAddr = (): HostPort => {
    count += 1;
    return one;
  };
  return { attempts: () => count, router: { nextAddr } };
}
