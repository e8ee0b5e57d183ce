import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { connectPair, dial, finish, listen, writeUntilFull } from './ends.ts';
import type { End, Pair } from './ends.ts';
import { networkKinds, worldKinds } from './world.ts';
import type { World } from './world.ts';

const bytesOf = (text: string): Uint8Array => Buffer.from(text);

/** Writes parts as a careful program does: one array, used again where the connection gave it back. */
function writeReusing(end: End, bytes: Uint8Array, sizes: readonly number[]): void {
  let array = new Uint8Array(1 << 17);
  let at = 0;
  for (const size of sizes) {
    const part = bytes.subarray(at, at + size);
    at += size;
    array.set(part);
    const isOurs = end.connection.write(array.subarray(0, part.length));
    if (isOurs) array.fill(0xee);
    else array = new Uint8Array(1 << 17);
  }
}

/** Some round trips on a connection of its own: time in which something else would have happened. */
async function passTime(world: World): Promise<void> {
  const pair = await connectPair(world);
  pair.server.onBytes = (bytes): void => void pair.server.connection.write(bytes);
  for (let trip = 1; trip <= 20; trip++) {
    pair.client.connection.write(Uint8Array.of(trip));
    await world.settle(pair.client.receives(trip));
  }
  await finish(world, pair);
}

for (const kind of [...worldKinds, ...networkKinds]) {
  describe(`network, bytes: ${kind.name}`, () => {
    test('bytes arrive whole and in order, whatever the sizes of the writes', async () => {
      const world = kind.create();
      const pair = await connectPair(world);
      let expectedCount = 0;
      const sizes = fc.array(
        fc.oneof({ weight: 5, arbitrary: fc.nat(300) }, { weight: 1, arbitrary: fc.nat(100_000) }),
        { maxLength: 12 },
      );
      await fc.assert(
        fc.asyncProperty(sizes, fc.integer({ min: 1, max: 255 }), async (parts, salt) => {
          const total = parts.reduce((sum, size) => sum + size, 0);
          const bytes = Uint8Array.from({ length: total }, (_, index) => (index * salt) >> 3);
          const startCount = expectedCount;
          expectedCount += total;
          writeReusing(pair.client, bytes, parts);
          await world.settle(pair.server.receives(expectedCount));
          assert.equal(Buffer.compare(pair.server.received.subarray(startCount), bytes), 0);
        }),
        { numRuns: 25 },
      );
      await finish(world, pair);
    });

    test('both directions work at once', async () => {
      const world = kind.create();
      const pair = await connectPair(world);
      const upwards = Buffer.alloc(300_000, 'up');
      const downwards = Buffer.alloc(200_000, 'down');
      pair.client.connection.write(upwards);
      pair.server.connection.write(downwards);
      await world.settle(
        Promise.all([pair.server.receives(upwards.length), pair.client.receives(downwards.length)]),
      );
      assert.ok(pair.server.received.equals(upwards));
      assert.ok(pair.client.received.equals(downwards));
      await finish(world, pair);
    });

    test('bytes written before the connection is open are sent', async () => {
      const world = kind.create();
      const { listener, next } = await listen(world);
      const client = dial(world, listener.address);
      client.connection.write(bytesOf('early '));
      client.connection.write(bytesOf('bird'));
      const server = await world.settle(next());
      await world.settle(server.receives(10));
      assert.equal(server.received.toString(), 'early bird');
      await finish(world, { listener, client, server });
    });

    test('a handler may answer from the call that brought the bytes', async () => {
      const world = kind.create();
      const pair = await connectPair(world);
      pair.server.onBytes = (bytes): void => void pair.server.connection.write(bytes);
      pair.client.connection.write(bytesOf('echo'));
      await world.settle(pair.client.receives(4));
      assert.equal(pair.client.received.toString(), 'echo');
      await finish(world, pair);
    });

    test('an empty write sends nothing and is taken', async () => {
      const world = kind.create();
      const pair = await connectPair(world);
      assert.equal(pair.client.connection.write(new Uint8Array(0)), true);
      pair.client.connection.write(bytesOf('x'));
      await world.settle(pair.server.receives(1));
      await finish(world, pair);
    });
  });

  describe(`network, back-pressure: ${kind.name}`, () => {
    test('a peer that does not read makes writes wait, and a drain follows when it reads', async () => {
      const world = kind.create();
      const pair = await connectPair(world);
      pair.server.connection.pauseReading();
      const written = writeUntilFull(pair.client.connection);
      assert.ok(pair.client.connection.bufferedBytes > 0);
      const drained = new Promise<number>((resolve) => {
        pair.client.onDrained = (): void => resolve(pair.client.connection.bufferedBytes);
      });
      pair.server.connection.resumeReading();
      assert.equal(await world.settle(drained), 0);
      await world.settle(pair.server.receives(written.length));
      assert.ok(pair.server.received.equals(written));
      await finish(world, pair);
    });

    test('each time that bytes are held back a drain follows', async () => {
      const world = kind.create();
      const pair = await connectPair(world);
      for (let time = 1; time <= 3; time++) {
        pair.server.connection.pauseReading();
        writeUntilFull(pair.client.connection);
        const drained = new Promise<void>((resolve) => (pair.client.onDrained = resolve));
        pair.server.connection.resumeReading();
        await world.settle(drained);
      }
      await finish(world, pair);
    });

    test('paused reading brings nothing, and resumed brings all', async () => {
      const world = kind.create();
      const pair = await connectPair(world);
      pair.client.connection.write(bytesOf('before'));
      await world.settle(pair.server.receives(6));
      pair.server.connection.pauseReading();
      await passTime(world);
      for (let index = 0; index < 100; index++) pair.client.connection.write(bytesOf('0123456789'));
      await passTime(world);
      assert.equal(pair.server.byteCount, 6);
      pair.server.connection.resumeReading();
      await world.settle(pair.server.receives(1_006));
      assert.equal(pair.server.received.toString(), `before${'0123456789'.repeat(100)}`);
      await finish(world, pair);
    });

    test('a connection may be accepted with reading paused', async () => {
      const world = kind.create();
      const { listener, next } = await listen(world, {}, (end) => end.connection.pauseReading());
      const client = dial(world, listener.address);
      client.connection.write(bytesOf('patience'));
      const server = await world.settle(next());
      await passTime(world);
      assert.equal(server.byteCount, 0);
      server.connection.resumeReading();
      await world.settle(server.receives(8));
      await finish(world, { listener, client, server });
    });
  });

  describe(`network, ends: ${kind.name}`, () => {
    test('an end sends what was written, and both are told once, without a fault', async () => {
      const world = kind.create();
      const pair = await connectPair(world);
      pair.server.connection.pauseReading();
      const written = writeUntilFull(pair.client.connection);
      pair.client.connection.end();
      pair.server.connection.resumeReading();
      const faults = await world.settle(Promise.all([pair.client.closed, pair.server.closed]));
      assert.deepEqual(faults, [undefined, undefined]);
      assert.ok(pair.server.received.equals(written));
      await finish(world, pair);
    });

    test('the peer of an end still sends what it wrote before it read the end', async () => {
      const world = kind.create();
      const pair = await connectPair(world);
      pair.server.onBytes = (): void => {
        pair.server.connection.write(Buffer.alloc(500_000, 'answer'));
        pair.server.connection.end();
      };
      pair.client.connection.write(bytesOf('question'));
      assert.equal(await world.settle(pair.client.closed), undefined);
      assert.equal(pair.client.byteCount, 500_000);
      assert.equal(await world.settle(pair.server.closed), undefined);
      await finish(world, pair);
    });

    test('after our end nothing is handed on any more', async () => {
      const world = kind.create();
      const pair = await connectPair(world);
      pair.client.connection.end();
      pair.server.connection.write(bytesOf('too late'));
      await world.settle(Promise.all([pair.client.closed, pair.server.closed]));
      assert.equal(pair.client.byteCount, 0);
      await finish(world, pair);
    });

    test('destroying tells both ends once, ours without a fault', async () => {
      const world = kind.create();
      const pair = await connectPair(world);
      pair.client.connection.write(bytesOf('x'));
      pair.client.connection.destroy();
      pair.client.connection.destroy();
      pair.client.connection.end();
      assert.equal(pair.client.closeCount, 0, 'told from inside the call');
      assert.equal(await world.settle(pair.client.closed), undefined);
      await world.settle(pair.server.closed);
      await finish(world, pair);
    });

    test('after a close writes are dropped and taken', async () => {
      const world = kind.create();
      const pair = await connectPair(world);
      pair.client.connection.destroy();
      await world.settle(Promise.all([pair.client.closed, pair.server.closed]));
      for (const end of [pair.client, pair.server]) {
        assert.equal(end.connection.write(Buffer.alloc(1_000_000)), true);
        end.connection.pauseReading();
        end.connection.resumeReading();
        end.connection.end();
      }
      await passTime(world);
      await finish(world, pair);
    });

    test('a connection destroyed while it dials closes without a fault and never opens', async () => {
      const world = kind.create();
      const { listener } = await listen(world);
      const client = dial(world, listener.address);
      client.connection.write(bytesOf('never mind'));
      client.connection.destroy();
      assert.equal(await world.settle(client.closed), undefined);
      await passTime(world);
      assert.equal(client.isOpen, false);
      await world.settle(listener.close());
    });

    test('dialling where nobody listens fails with a code, also what was written is let go', async () => {
      const world = kind.create();
      const { listener } = await listen(world);
      await world.settle(listener.close());
      const client = dial(world, listener.address);
      client.connection.write(bytesOf('hello?'));
      const fault = await world.settle(client.closed);
      assert.equal(fault?.code, 'CONNECT_FAILED');
      assert.match(fault.message, /nobody listens there/);
      assert.equal(client.isOpen, false);
      assert.equal(client.closeCount, 1);
    });
  });

  describe(`network, listening: ${kind.name}`, () => {
    test('port 0 takes a free port, another each time', async () => {
      const world = kind.create();
      const first = await listen(world);
      const second = await listen(world);
      assert.ok(first.listener.address.port > 0);
      assert.notEqual(first.listener.address.port, second.listener.address.port);
      await world.settle(Promise.all([first.listener.close(), second.listener.close()]));
    });

    test('an address in use cannot be listened on', async () => {
      const world = kind.create();
      const { listener } = await listen(world);
      const again = world.server.network.listen(listener.address, {}, () => {
        assert.fail('nobody may come here');
      });
      await assert.rejects(world.settle(again), {
        code: 'LISTEN_FAILED',
        message: /in use by another listener/,
      });
      await world.settle(listener.close());
    });

    test("another machine's address cannot be listened on", async () => {
      const world = kind.create();
      const elsewhere = world.server.network.listen({ host: '192.0.2.1', port: 0 }, {}, () => {
        assert.fail('nobody may come here');
      });
      await assert.rejects(world.settle(elsewhere), {
        code: 'LISTEN_FAILED',
        message: /192\.0\.2\.1/,
      });
    });

    test('a closed listener frees its port at once, and its connections live on', async () => {
      const world = kind.create();
      const pair = await connectPair(world);
      const { address } = pair.listener;
      await world.settle(pair.listener.close());
      const again = await world.settle(
        world.server.network.listen(address, {}, () => assert.fail('nobody may come here')),
      );
      assert.equal(again.address.port, address.port);
      pair.client.connection.write(bytesOf('still here'));
      await world.settle(pair.server.receives(10));
      await world.settle(again.close());
      await finish(world, pair);
    });

    test('connections above the limit are closed and counted, and make room when they end', async () => {
      const world = kind.create();
      let refusedCount = 0;
      const options = { connectionsMax: 1, onRefused: (): void => void refusedCount++ };
      const { listener, accepted, next } = await listen(world, options);
      const first = dial(world, listener.address);
      const server = await world.settle(next());
      const refused = dial(world, listener.address);
      await world.settle(refused.closed);
      assert.equal(accepted.length, 1);
      assert.equal(refusedCount, 1);
      first.connection.write(bytesOf('x'));
      await world.settle(server.receives(1));
      first.connection.end();
      await world.settle(Promise.all([first.closed, server.closed]));
      const later: Pair = {
        listener,
        client: dial(world, listener.address),
        server: await world.settle(next()),
      };
      await finish(world, later);
      assert.equal(refusedCount, 1);
    });

    test('both ends know who the other is', async () => {
      const world = kind.create();
      const pair = await connectPair(world);
      assert.deepEqual(pair.client.connection.remote, pair.listener.address);
      assert.ok(pair.server.connection.remote.port > 0);
      assert.notEqual(pair.server.connection.remote.host, '');
      await finish(world, pair);
    });
  });
}
