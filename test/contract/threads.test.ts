import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ThreadGroup } from '../../src/core/threads.ts';
import { startThread } from './relay-thread.ts';
import { worldKinds } from './world.ts';
import type { World } from './world.ts';

const entry = new URL('relay-thread.js', import.meta.url);

function start(world: World, count: number, data?: unknown): Promise<ThreadGroup> {
  world.defineThreadEntry(entry, startThread);
  return world.settle(world.threads.start(count, entry, data));
}

/** The next `count` messages from thread `thread`. */
function receive(group: ThreadGroup, thread: number, count: number): Promise<Uint8Array[]> {
  return new Promise((resolve) => {
    const port = group.ports[thread - 1];
    assert.ok(port !== undefined);
    const received: Uint8Array[] = [];
    port.onBytes = (bytes): void => {
      received.push(Uint8Array.from(bytes));
      if (received.length === count) resolve(received);
    };
  });
}

for (const kind of worldKinds.slice(0, 3)) {
  describe(`threads: ${kind.name}`, () => {
    test('threads are joined to the caller and to each other', async () => {
      const world = kind.create();
      const group = await start(world, 3);
      assert.equal(group.ports.length, 3);
      // From 0 to thread 2, and four hops from there: 3, 1, 2, 3.
      const received = receive(group, 3, 1);
      group.ports[1]?.post(Uint8Array.of(4, 0, 42));
      assert.deepEqual(await world.settle(received), [Uint8Array.of(0, 0, 42, 3)]);
      await world.settle(group.terminate());
    });

    test('a thread has an outside of its own', async () => {
      const world = kind.create();
      const group = await start(world, 1);
      const received = receive(group, 1, 1);
      group.ports[0]?.post(Uint8Array.of(0, 1));
      assert.deepEqual(await world.settle(received), [Uint8Array.of(0, 1, 1)]);
      await world.settle(group.terminate());
    });

    test('a port keeps the order', async () => {
      const world = kind.create();
      const group = await start(world, 2);
      const received = receive(group, 2, 500);
      for (let index = 0; index < 500; index++) {
        group.ports[0]?.post(Uint8Array.of(1, 0, index >> 8, index & 0xff));
      }
      const numbers = (await world.settle(received)).map(
        (bytes) => (bytes[2] ?? 0) * 256 + (bytes[3] ?? 0),
      );
      assert.deepEqual(
        numbers,
        Array.from({ length: 500 }, (_, index) => index),
      );
      await world.settle(group.terminate());
    });

    test('posted bytes are the sender’s again, in parts that arrive as one', async () => {
      const world = kind.create();
      const group = await start(world, 1);
      const received = receive(group, 1, 2);
      const bytes = Uint8Array.of(9, 0, 0, 7);
      for (const item of [7, 8]) {
        bytes[3] = item;
        group.ports[0]?.post(bytes.subarray(1, 3), bytes.subarray(3));
      }
      bytes.fill(9);
      assert.deepEqual(await world.settle(received), [
        Uint8Array.of(0, 0, 7, 1),
        Uint8Array.of(0, 0, 8, 1),
      ]);
      await world.settle(group.terminate());
    });

    test('pieces of any size come whole, also into what others left', async () => {
      const world = kind.create();
      const group = await start(world, 1);
      const sizes = [10, 300_000, 20, 5_000_000, 100, 300_000, 3];
      for (const size of sizes) {
        const received = receive(group, 1, 1);
        const bytes = new Uint8Array(size).fill(size % 251, 2);
        group.ports[0]?.post(bytes);
        const [came] = await world.settle(received);
        assert.ok(came !== undefined && Buffer.concat([bytes, Uint8Array.of(1)]).equals(came));
      }
      await world.settle(group.terminate());
    });

    test('what comes before there is a handler waits for it', async () => {
      const world = kind.create();
      const group = await start(world, 2);
      const fromTwo = receive(group, 2, 1);
      // The answer of thread 1 is on its way before that of thread 2 is asked for.
      group.ports[0]?.post(Uint8Array.of(0, 0, 5));
      group.ports[1]?.post(Uint8Array.of(0, 0, 6));
      await world.settle(fromTwo);
      const received = receive(group, 1, 1);
      assert.deepEqual(await world.settle(received), [Uint8Array.of(0, 0, 5, 1)]);
      await world.settle(group.terminate());
    });

    test('starting fails if an entry throws', async () => {
      const world = kind.create();
      await assert.rejects(start(world, 2, 'fail'), /told to fail/);
    });
  });
}

test('platform: a thread that dies is reported with its error', async () => {
  const world = worldKinds[0]?.create();
  assert.ok(world !== undefined);
  const group = await start(world, 2);
  const exit = new Promise<[number, string]>((resolve) => {
    group.onExit = (thread, reason): void => resolve([thread, reason]);
  });
  group.ports[1]?.post(Uint8Array.of(0xff));
  const [thread, reason] = await exit;
  assert.equal(thread, 2);
  assert.match(reason, /told to die/);
  await group.terminate();
});

test('platform: a module that is no entry is told so', async () => {
  const world = worldKinds[0]?.create();
  assert.ok(world !== undefined);
  const noEntry = new URL('world.js', import.meta.url);
  await assert.rejects(world.threads.start(1, noEntry, undefined), /does not export a function/);
});
