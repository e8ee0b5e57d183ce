import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encode, RespWorld } from '../support/resp-world.ts';

// Streams that were right once, broken at random, against a whole connection. fast-check prints the seed and
// the smallest stream that fails.

const commands = [
  encode('PING'),
  encode('SET', 'key', 'value with \r\n in it'),
  encode('GET', 'key'),
  encode('MGET', 'a', 'b', 'key'),
  encode('HELLO', '3'),
  encode('HELLO', '2', 'SETNAME', 'me'),
  encode('CLIENT', 'LIST'),
  encode('COMMAND', 'DOCS', 'get'),
  encode('INFO'),
  encode('CONFIG', 'GET', '*'),
  encode('CLUSTER', 'SLOTS'),
  encode('RESET'),
  encode('MULTI'),
  encode('NOSUCH', 'thing'),
  'PING\r\n',
  'set key "a\\x00b"\r\n',
  '*0\r\n',
  '\r\n',
];
const pieces = [
  '*',
  '$',
  '\r',
  '\n',
  '\r\n',
  '-1',
  '0',
  '99999999',
  '\0',
  '"',
  "'",
  '\xff',
  ' ',
  'HTTP/1.1',
];

const stream = fc.array(fc.constantFrom(...commands), { minLength: 1, maxLength: 20 });
const mutation = fc.record({
  kind: fc.constantFrom('insert', 'replace', 'cut', 'repeat'),
  at: fc.nat({ max: 5_000 }),
  length: fc.integer({ min: 1, max: 40 }),
  piece: fc.oneof(
    fc.constantFrom(...pieces),
    fc.uint8Array({ minLength: 1, maxLength: 4 }).map(latin1),
  ),
});
type Mutation = typeof mutation extends fc.Arbitrary<infer T> ? T : never;

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

function mutate(text: string, { kind, at, length, piece }: Mutation): string {
  const start = at % (text.length + 1);
  const end = Math.min(text.length, start + length);
  switch (kind) {
    case 'insert':
      return text.slice(0, start) + piece + text.slice(start);
    case 'replace':
      return text.slice(0, start) + piece + text.slice(start + piece.length);
    case 'cut':
      return text.slice(0, start) + text.slice(end);
    default:
      return text.slice(0, end) + text.slice(start);
  }
}

test('whatever arrives, a connection replies in valid RESP or closes, and keeps no more than it got', async () => {
  const world = new RespWorld();
  const { server, clients } = await world.listen();
  const innocent = world.dial();
  const input = fc.record({
    parts: stream,
    mutations: fc.array(mutation, { maxLength: 8 }),
    cuts: fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 20 }),
    /** What the client takes before it stops reading. */
    room: fc.constantFrom(Infinity, Infinity, 0, 100),
  });
  fc.assert(
    fc.property(input, ({ parts, mutations, cuts, room }) => {
      const bytes = mutations.reduce(mutate, parts.join(''));
      const peer = world.dial();
      peer.connection.room = room;
      let at = 0;
      for (let i = 0; at < bytes.length && peer.connection.isOpen; i += 1) {
        const cut = cuts[i % cuts.length] ?? 1;
        peer.connection.receive(bytes.slice(at, at + cut));
        at += cut;
        assert.ok(server.queryBufferBytes <= 128 * 1_024 + 2 * bytes.length);
      }
      if (!peer.connection.isDestroyed) {
        peer.connection.drain();
        peer.takeReplies();
        peer.connection.close();
      }
      assert.equal(server.queryBufferBytes, 0);
      assert.equal(clients.size, 1);
      assert.equal(innocent.ask('PING'), 'PONG');
    }),
    { numRuns: 3_000 },
  );
});

test('a stream that nobody broke is answered command for command, however it is cut', async () => {
  const world = new RespWorld();
  await world.listen();
  const sound = commands.filter((command) => command !== '*0\r\n' && command !== '\r\n');
  const parts = fc.array(fc.constantFrom(...sound), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(parts, fc.integer({ min: 1, max: 3_000 }), (sent, piece) => {
      const bytes = sent.join('');
      const peer = world.dial();
      let replies = 0;
      for (let at = 0; at < bytes.length; at += piece) {
        peer.connection.receive(bytes.slice(at, at + piece));
        replies += peer.takeReplies().length;
      }
      assert.equal(replies, sent.length);
      peer.connection.close();
    }),
    { numRuns: 200 },
  );
});
