import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { describe, test } from 'node:test';
import type { AtollError } from '../core/errors.ts';
import { networkLimits } from '../core/limits.ts';
import { PlatformNetwork } from './network.ts';

const network = new PlatformNetwork();
const loopback = { host: '127.0.0.1', port: 0 };

class Deferred<T> {
  resolve: (value: T) => void = () => {};
  readonly promise: Promise<T> = new Promise((resolve) => (this.resolve = resolve));
}

/** The bytes of all `data` events up to the end. */
async function readToEnd(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(socket, 'end');
  return Buffer.concat(chunks);
}

describe('a peer that is not Atoll', () => {
  test('gets the whole answer although it ended its side before', async () => {
    const answer = Buffer.alloc(4_000_000, 'answer');
    const listener = await network.listen(loopback, {}, (connection) => ({
      onData: () => void connection.write(answer),
      onClose: () => {},
    }));
    const socket = connect({ ...listener.address, allowHalfOpen: true });
    socket.end('question');
    // It starts to read only now, long after its end has arrived.
    await once(socket, 'finish');
    assert.equal((await readToEnd(socket)).length, answer.length);
    socket.destroy();
    await listener.close();
  });

  test('that resets the connection is told to the handler as a loss', async () => {
    const closed = new Deferred<AtollError | undefined>();
    const listener = await network.listen(loopback, {}, () => ({
      onData: () => socket.resetAndDestroy(),
      onClose: (fault) => closed.resolve(fault),
    }));
    const socket = connect(listener.address);
    socket.write('x');
    const fault = await closed.promise;
    assert.equal(fault?.code, 'CONNECTION_LOST');
    assert.match(fault.message, /127\.0\.0\.1:\d+ lost: the other end reset it \(ECONNRESET\)/);
    assert.ok(fault.cause instanceof Error);
    await listener.close();
  });

  test('that never answers our end is let go after a while', async (context) => {
    const closed = new Deferred<AtollError | undefined>();
    const listener = await network.listen(loopback, {}, (connection) => ({
      onData: () => connection.end(),
      onClose: (fault) => closed.resolve(fault),
    }));
    const delays: unknown[] = [];
    context.mock.method(globalThis, 'setTimeout', (callback: () => void, ms: unknown) => {
      delays.push(ms);
      return setImmediate(callback);
    });
    // It keeps its own side open for ever.
    const socket = connect({ ...listener.address, allowHalfOpen: true });
    socket.on('error', () => {});
    socket.write('go');
    socket.resume();
    assert.equal(await closed.promise, undefined);
    assert.deepEqual(delays, [networkLimits.endLingerMs]);
    socket.destroy();
    await listener.close();
  });
});

test('a process without file descriptors keeps its connections and goes on when it has some', async () => {
  const script = `
    import { PlatformNetwork } from ${JSON.stringify(new URL('network.js', import.meta.url).href)};
    const listener = await new PlatformNetwork().listen(
      { host: '127.0.0.1', port: 0 },
      {},
      (connection) => ({
        onData: (bytes, start, end) => connection.write(bytes.slice(start, end)),
        onClose() {},
      }),
    );
    console.log(listener.address.port);
  `;
  const command = `ulimit -n 60; exec "${process.execPath}" --input-type=module -e "$SCRIPT"`;
  const child = spawn('/bin/sh', ['-c', command], {
    env: { ...process.env, SCRIPT: script },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const port = Number((await lines.next()).value);
  const first = connect(port, '127.0.0.1');
  first.write('one');
  assert.equal(String((await once(first, 'data'))[0]), 'one');
  // More than it can hold: some of them must see that they are not wanted.
  const crowd = Array.from({ length: 80 }, () => connect(port, '127.0.0.1').on('error', () => {}));
  await Promise.race(crowd.map((socket) => once(socket.resume(), 'close')));
  first.write('two');
  assert.equal(String((await once(first, 'data'))[0]), 'two');
  for (const socket of crowd) socket.destroy();
  // The others' descriptors come back as the process learns of their ends; a new connection may be early.
  const answer = await echoSoon(port);
  assert.equal(answer, 'three');
  first.destroy();
  child.kill();
  await once(child, 'exit');
});

/** Dials until the echo answers. */
async function echoSoon(port: number): Promise<string> {
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write('three');
    const answer = await new Promise<string | undefined>((resolve) => {
      socket.once('data', (chunk) => resolve(String(chunk)));
      socket.once('close', () => resolve(undefined));
    });
    socket.destroy();
    if (answer !== undefined) return answer;
  }
}
