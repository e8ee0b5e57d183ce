import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { canWriteDirectly, DirectWriter } from './direct-write.ts';

const server = createServer();
/** More than the kernel takes of one write. */
const large = Buffer.alloc(16_777_216, 'large');

before(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
after(() => server.close());

/** A connection to ourselves: the accepted socket, and the peer, which reads nothing yet. */
async function accept(): Promise<{ readonly accepted: Socket; readonly peer: Socket }> {
  const { port } = server.address() as AddressInfo;
  const peer = connect(port, '127.0.0.1');
  peer.on('error', () => {});
  const [accepted] = (await once(server, 'connection')) as [Socket];
  return { accepted, peer };
}

test('this node writes past streams', async () => {
  // When this fails the server still works, by streams; it takes a twelfth more time for a short request.
  assert.equal(await canWriteDirectly(), true);
});

test('what the kernel takes at once may be overwritten, and is not drained', async () => {
  const { accepted, peer } = await accept();
  const writer = new DirectWriter(accepted, () => assert.fail('nothing waited'));
  const bytes = Buffer.from('one');
  assert.equal(writer.write(bytes), true);
  bytes.write('two');
  assert.equal(writer.write(bytes), true);
  assert.equal(writer.bufferedBytes, 0);
  accepted.end();
  const received = await peer.setEncoding('utf8').toArray();
  assert.equal(received.join(''), 'onetwo');
});

test('what waits for a peer leaves in order, also behind an end, and is drained once', async () => {
  const { accepted, peer } = await accept();
  let drains = 0;
  const writer = new DirectWriter(accepted, () => (drains += 1));
  assert.equal(writer.write(large), false);
  assert.ok(writer.bufferedBytes > 0 && writer.bufferedBytes < large.length);
  const waitingBytes = writer.bufferedBytes;
  assert.equal(writer.write(Buffer.from('last')), false);
  assert.equal(writer.bufferedBytes, waitingBytes + 4);
  accepted.end();
  const received = Buffer.concat((await peer.toArray()) as Buffer[]);
  assert.equal(received.length, large.length + 4);
  assert.ok(received.subarray(0, large.length).equals(large));
  assert.equal(received.toString('latin1', large.length), 'last');
  assert.equal(drains, 1);
  assert.equal(writer.bufferedBytes, 0);
});

test('a request that waits serves no other write, of any socket', async () => {
  const [slow, quick] = [await accept(), await accept()];
  const slowDrained = new Promise<void>((resolve) => {
    assert.equal(new DirectWriter(slow.accepted, resolve).write(large), false);
  });
  const writer = new DirectWriter(quick.accepted, () => {});
  for (let i = 0; i < 10; i += 1) assert.equal(writer.write(Buffer.from(String(i))), true);
  quick.accepted.end();
  assert.equal((await quick.peer.setEncoding('utf8').toArray()).join(''), '0123456789');
  slow.peer.resume();
  await slowDrained;
  slow.accepted.destroy();
});

test('a peer that has reset the connection is a fault of the socket', async () => {
  const { accepted, peer } = await accept();
  const writer = new DirectWriter(accepted, () => assert.fail('nothing leaves'));
  assert.equal(writer.write(large), false);
  const failed = once(accepted, 'error');
  peer.resetAndDestroy();
  const [error] = (await failed) as [NodeJS.ErrnoException];
  assert.match(String(error.code), /^(ECONNRESET|EPIPE)$/);
  // Nobody hears of what is written now.
  assert.equal(writer.write(Buffer.from('late')), true);
});

test('what waits when the socket is destroyed is forgotten without a fault', async () => {
  const { accepted, peer } = await accept();
  const writer = new DirectWriter(accepted, () => assert.fail('nothing leaves'));
  accepted.on('error', (error) => assert.fail(error));
  assert.equal(writer.write(large), false);
  accepted.destroy();
  await once(accepted, 'close');
  peer.destroy();
});
