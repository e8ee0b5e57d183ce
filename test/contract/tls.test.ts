import assert from 'node:assert/strict';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { before, describe, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import type { ConnectionOptions } from 'node:tls';
import type { Connection, Listener, ListenOptions, TlsOptions } from '../../src/core/network.ts';
import { createOutside } from '../../src/platform/outside.ts';
import { Authority, noAuthorityReason } from './certificates.ts';
import { End } from './ends.ts';

const { network } = createOutside();
const loopback = { host: '127.0.0.1', port: 0 };

/** Resolves when the socket is over; an error on the way there is no news. */
function closed(socket: Socket): Promise<void> {
  socket.on('error', () => {});
  socket.resume();
  return new Promise((resolve) => socket.once('close', () => resolve()));
}

describe('TLS', { skip: noAuthorityReason }, () => {
  let member: TlsOptions;
  let stranger: TlsOptions;

  before(() => {
    member = new Authority('the cluster').issue('s1');
    stranger = new Authority('another cluster').issue('s1');
  });

  function listen(
    options: ListenOptions = {},
    accept: (connection: Connection) => End = () => assert.fail('nobody may come here'),
  ): Promise<Listener> {
    return network.listen(loopback, { tls: member, ...options }, accept);
  }

  /** Dials without Atoll, as somebody else would. */
  async function dialRaw({ address }: Listener, options: ConnectionOptions): Promise<void> {
    await closed(connectTls({ ...address, rejectUnauthorized: false, ...options }));
  }

  test('a client without a certificate is never accepted', async () => {
    const listener = await listen();
    await dialRaw(listener, {});
    await listener.close();
  });

  test('a client with a certificate of another authority is never accepted', async () => {
    const listener = await listen();
    await dialRaw(listener, { key: stranger.key, cert: stranger.cert });
    await listener.close();
  });

  test('a version below 1.2 is refused', async () => {
    const listener = await listen();
    const old: ConnectionOptions = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1' };
    // Level 0 lets our own library try it at all.
    const ciphers = 'DEFAULT@SECLEVEL=0';
    await dialRaw(listener, { key: member.key, cert: member.cert, ...old, ciphers });
    await listener.close();
  });

  test('a server with a certificate of another authority is not spoken to', async () => {
    const listener = await listen();
    const end = new End();
    network.connect(listener.address, { tls: stranger }, end);
    const fault = await end.closed;
    assert.equal(fault?.code, 'CONNECT_FAILED');
    assert.equal(end.isOpen, false);
    await listener.close();
  });

  test('plain bytes on a TLS port close the connection, and the port lives on', async () => {
    const accepted: End[] = [];
    const listener = await listen({}, (connection) => {
      const end = new End().attach(connection);
      accepted.push(end);
      return end;
    });
    const plain = connect(listener.address);
    plain.write('PING\r\n'.repeat(100));
    await closed(plain);
    assert.equal(accepted.length, 0);
    const end = new End();
    const connection = network.connect(listener.address, { tls: member }, end);
    await end.opened;
    connection.end();
    assert.equal(await end.closed, undefined);
    assert.equal(accepted.length, 1);
    await listener.close();
  });

  test('a handshake that never begins is destroyed', async () => {
    const listener = await listen({ handshakeTimeoutMs: 50 });
    await closed(connect(listener.address));
    await listener.close();
  });

  test('a handshake that stops half-way is destroyed', async () => {
    const listener = await listen({ handshakeTimeoutMs: 50 });
    const socket = connect(listener.address);
    // A record that announces a handshake message of 512 bytes, and the first bytes of it.
    socket.write(Uint8Array.of(0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc));
    await closed(socket);
    await listener.close();
  });

  test('unfinished handshakes count as connections', async () => {
    let refusedCount = 0;
    const options = { connectionsMax: 2, handshakeTimeoutMs: 60_000 };
    const listener = await listen({ ...options, onRefused: () => refusedCount++ });
    const idle = [connect(listener.address), connect(listener.address)];
    await Promise.all(
      idle.map((socket) => new Promise<void>((resolve) => socket.once('connect', resolve))),
    );
    await closed(connect(listener.address));
    assert.equal(refusedCount, 1);
    await Promise.all(
      idle.map((socket) => {
        socket.destroy();
        return closed(socket);
      }),
    );
    await listener.close();
  });

  test('dialling somebody who never shakes hands fails in time', async () => {
    const sockets: Socket[] = [];
    const mute = createServer((socket) => sockets.push(socket));
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    const { port } = mute.address() as AddressInfo;
    const end = new End();
    network.connect({ host: '127.0.0.1', port }, { tls: member, timeoutMs: 50 }, end);
    const fault = await end.closed;
    assert.equal(fault?.code, 'CONNECT_FAILED');
    assert.match(fault.message, /not open within 50 ms/);
    for (const socket of sockets) socket.destroy();
    mute.close();
  });

  test('a small write is copied: its array may be used again at once', async () => {
    const server = new End();
    const listener = await listen({}, (connection) => server.attach(connection));
    const end = new End();
    const connection = network.connect(listener.address, { tls: member }, end);
    await end.opened;
    const array = new Uint8Array(16_384);
    for (let index = 0; index < 50; index++) {
      array.fill(index);
      assert.equal(connection.write(array), true);
    }
    await server.receives(50 * array.length);
    for (let index = 0; index < 50; index++) {
      const part = server.received.subarray(index * array.length, (index + 1) * array.length);
      assert.ok(part.every((byte) => byte === index));
    }
    connection.end();
    await Promise.all([end.closed, server.closed, listener.close()]);
  });

  test('a certificate that cannot be read fails with a code, at either end', async () => {
    const broken = { ...member, cert: 'not a certificate' };
    await assert.rejects(listen({ tls: broken }), { code: 'LISTEN_FAILED' });
    const end = new End();
    network.connect({ host: '127.0.0.1', port: 1 }, { tls: broken }, end);
    assert.equal((await end.closed)?.code, 'CONNECT_FAILED');
  });
});
