import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  bootLinkNode,
  clusterSecret,
  LinkNode,
  type LinkNodeOptions,
} from '../../../test/support/link-node.ts';
import { Raw } from '../../../test/support/raw-link.ts';
import type { AtollError } from '../../core/errors.ts';
import { Simulation } from '../../sim/simulation.ts';
import {
  batchHeadBytes,
  encodeFrame,
  FrameParser,
  frameTypes,
  writeBatchFrame,
  type FrameType,
} from './frame.ts';
import { DiallerHandshake } from './handshake.ts';
import { Links } from './links.ts';

/** Two nodes that may not like each other: s1 was given s2. */
async function strangers(
  own: LinkNodeOptions,
  other: LinkNodeOptions,
): Promise<{ simulation: Simulation; s1: LinkNode; s2: LinkNode }> {
  const simulation = new Simulation({ seed: 1 });
  const s2 = bootLinkNode(simulation, 's2', other);
  const s1 = bootLinkNode(simulation, 's1', { ...own, members: ['s2'] });
  await simulation.reach('the start', () => s1.links !== undefined && s2.links !== undefined);
  return { simulation, s1, s2 };
}

/** A node with a link, and what a stranger at s3 can send to its port. */
async function attacked(
  options: LinkNodeOptions = {},
): Promise<{ simulation: Simulation; s1: LinkNode; s2: LinkNode; dial: () => Raw }> {
  const { simulation, s1, s2 } = await strangers(options, options);
  await simulation.reach('links both ways', () => s1.ups.length > 0 && s2.ups.length > 0);
  const { network } = simulation.node('s3').outside;
  return { simulation, s1, s2, dial: () => new Raw(network, { host: 's2', port: 7 }) };
}

function batchFrame(count: number): Uint8Array {
  const frame = new Uint8Array(batchHeadBytes + 4 * count);
  writeBatchFrame(frame, 0, { lane: 0, count, sequence: 1 }, new Uint8Array(4 * count));
  return frame;
}

describe('systems that must not talk', () => {
  const cases: readonly (readonly [string, LinkNodeOptions, RegExp])[] = [
    ['another secret', { secret: 'this is another secret' }, /secret/],
    ['another cluster', { clusterId: 'other' }, /cluster "?(other|test)/],
    ['other frame limits', { limits: { frameBytesMax: 1_000_000 } }, /frames have at most/],
  ];
  for (const [what, options, reason] of cases) {
    test(`${what}: no message passes, and both sides are told why, once`, async () => {
      const { simulation, s1, s2 } = await strangers({}, options);
      s1.tell(s2.address, 10);
      await simulation.advance(60_000);
      assert.equal(s2.receivedCount, 0);
      assert.deepEqual([s1.ups, s2.ups], [[], []]);
      assert.equal(s1.faults.length, 1);
      assert.match(s1.faults[0] ?? '', /^HELLO_REFUSED /);
      assert.match(s1.faults[0] ?? '', reason);
      assert.match(s2.faults[0] ?? '', /^HELLO_REFUSED /);
      assert.ok(s2.faults.length <= 7, 'in sums, not for each dial');
      assert.equal(s1.mustGetLinks().members()[0]?.state, 'refused');
      assert.ok(s2.mustGetLinks().counters.hellosRefused > 5, 'it is tried again and again');
    });
  }

  test('a system that was given itself is no member of its own', async () => {
    const simulation = new Simulation({ seed: 1 });
    const s1 = bootLinkNode(simulation, 's1', { members: ['s1', 'localhost'] });
    await simulation.advance(10_000);
    assert.deepEqual(s1.ups, []);
    assert.equal(s1.faults.length, 2);
    assert.match(s1.faults.join(), /both ends are the same system/);
  });

  test('as soon as the operator has mended it, they talk without further help', async () => {
    const options = { secret: 'this is another secret' };
    const { simulation, s1, s2 } = await strangers({}, options);
    await simulation.advance(10_000);
    options.secret = clusterSecret;
    simulation.node('s2').crash();
    simulation.node('s2').restart();
    await simulation.reach('the link', () => s1.ups.length === 1);
    s1.tell(s2.address, 3);
    await simulation.reach('the messages', () => s2.receivedCount === 3);
  });
});

describe('a port that anybody can dial', () => {
  test('a recorded hello is worth nothing', async () => {
    const { simulation, s1, s2, dial } = await attacked();
    const { network } = simulation.node('s4').outside;
    // All that s1 ever says to s2, overheard: hello, proof, heartbeats, a batch.
    const heard: Uint8Array[] = [];
    await network.listen({ host: 's4', port: 7 }, {}, (accepted) => {
      const onward = new Raw(network, { host: 's2', port: 7 });
      onward.onBytes = (bytes): void => void accepted.write(bytes);
      return {
        onData: (bytes, start, end) => {
          heard.push(bytes.slice(start, end));
          onward.send(bytes.slice(start, end));
        },
        onClose: () => onward.end(),
      };
    });
    simulation.node('s1').crash();
    const overheard = await startBehind(simulation, 's5', 's4');
    await simulation.reach('the link', () => overheard.ups.length > 0);
    overheard.tell(s2.address, 5);
    await simulation.reach('the messages', () => s2.receivedCount === 5);
    simulation.node('s5').crash();
    await simulation.advance(100);

    const replayed = dial();
    for (const bytes of heard) replayed.send(bytes);
    await simulation.reach('the end', () => replayed.isClosed);
    assert.equal(s2.receivedCount, 5);
    assert.match(replayed.text, /shared secret is another one/);
    assert.equal(s1.receivedCount, 0);
  });

  const invalid: readonly (readonly [string, Uint8Array])[] = [
    ['HTTP', new TextEncoder().encode('GET / HTTP/1.1\r\nHost: s2\r\n\r\n')],
    ['a frame of length 0', new Uint8Array(4)],
    ['a frame of length 2³² − 1', new Uint8Array(9).fill(255)],
    ['a frame larger than a hello may be', encodeFrame(frameTypes.hello, new Uint8Array(5_000))],
    ['a batch before the hello', batchFrame(3)],
    ['a hello of nothing', encodeFrame(frameTypes.hello, new Uint8Array(0))],
    ['a hello of noise', encodeFrame(frameTypes.hello, new Uint8Array(200).fill(77))],
  ];
  for (const [what, bytes] of invalid) {
    test(`${what} closes that connection, is counted, and disturbs nobody`, async () => {
      const { simulation, s1, s2, dial } = await attacked();
      const stranger = dial();
      stranger.send(bytes);
      await simulation.reach('the end', () => stranger.isClosed, 2_000);
      assert.equal(s2.mustGetLinks().counters.framesInvalid, 1);
      assert.match(s2.faults.join(), /FRAME_INVALID s3:\d+/);
      s1.tell(s2.address, 3);
      await simulation.reach('the messages', () => s2.receivedCount === 3);
      assert.deepEqual(s1.downs, []);
    });
  }

  test('whoever says nothing, or one byte a second, is closed after helloMs', async () => {
    const { simulation, dial } = await attacked();
    const silent = dial();
    const slow = dial();
    const hello = encodeFrame(frameTypes.hello, new Uint8Array(100));
    for (let second = 0; second < 4; second += 1) {
      slow.send(hello.subarray(second, second + 1));
      await simulation.advance(1_000);
    }
    assert.deepEqual([silent.isClosed, slow.isClosed], [false, false]);
    await simulation.advance(1_500);
    assert.deepEqual([silent.isClosed, slow.isClosed], [true, true]);
  });

  test('there are only so many hellos at once, and members get in when they are over', async () => {
    const { simulation, s2, dial } = await attacked({ limits: { hellosMax: 10 } });
    const crowd = Array.from({ length: 50 }, dial);
    await simulation.advance(1_000);
    assert.equal(crowd.filter(({ isClosed }) => isClosed).length, 40);
    assert.equal(s2.mustGetLinks().counters.hellosRefused, 40);
    const s6 = bootLinkNode(simulation, 's6', { members: ['s2'], limits: { hellosMax: 10 } });
    await simulation.reach('the link', () => s6.ups.length > 0, 15_000);
  });
});

describe('a member that breaks the rules', () => {
  /** A system on loopback that says a good hello, and then whatever it likes. */
  async function impostor(): Promise<{ simulation: Simulation; s1: LinkNode; liar: Raw }> {
    const simulation = new Simulation({ seed: 1 });
    const { outside } = simulation.node('s1');
    const s1 = new LinkNode();
    const limits = { frameBytesMax: 100_000 };
    await s1.start(outside, '127.0.0.1', 7, { limits });
    const self = { at: { host: '127.0.0.1', port: 9 }, boot: 'abcd', threads: 1 };
    const terms = { self, clusterId: 'test', secret: undefined, ...limits, isLoopbackOnly: true };
    const { digest, random, network } = outside;
    const handshake = new DiallerHandshake({ terms, digest, nonce: random.bytes(16) }, () => 1);
    const liar = new Raw(network, { host: '127.0.0.1', port: 7 });
    let isAgreed = false;
    const onFrame = (type: FrameType, bytes: Uint8Array, start: number, end: number): boolean => {
      const step = handshake.onFrame(type, bytes, start, end);
      if (step.kind === 'continue') liar.send(step.reply);
      isAgreed = step.kind === 'agree';
      return !isAgreed;
    };
    const parser = new FrameParser({ onFrame }, 4_096);
    liar.onBytes = (bytes): void => void parser.push(bytes, 0, bytes.length);
    liar.send(handshake.hello);
    await simulation.reach('a good hello', () => isAgreed);
    return { simulation, s1, liar };
  }

  const broken: readonly (readonly [string, Uint8Array, RegExp])[] = [
    [
      'a frame larger than agreed by one byte',
      Uint8Array.of(0x9d, 0x86, 1, 0, 16),
      /a frame of 100001 bytes, where at most 100000 are taken/,
    ],
    [
      'a second hello',
      encodeFrame(frameTypes.hello, new Uint8Array(60)),
      /type 1 from the dialler/,
    ],
    ['an echo', encodeFrame(frameTypes.echo, new Uint8Array(8)), /type 8 from the dialler/],
    ['a batch of nothing', encodeFrame(frameTypes.batch, new Uint8Array(14)), /head of a batch/],
    ['a heartbeat cut short', encodeFrame(frameTypes.heartbeat, new Uint8Array(9)), /heartbeat/],
    [
      'a heartbeat numbered beyond 2⁵³',
      encodeFrame(frameTypes.heartbeat, new Uint8Array(16).fill(255)),
      /heartbeat/,
    ],
    [
      'a message that has come before',
      new Uint8Array([...batchFrame(2), ...batchFrame(1)]),
      /message 1 has come before/,
    ],
  ];
  for (const [what, bytes, reason] of broken) {
    test(`sends ${what}: its link is ended and counted`, async () => {
      const { simulation, s1, liar } = await impostor();
      liar.send(bytes);
      await simulation.reach('the end', () => liar.isClosed, 1_000);
      assert.equal(s1.mustGetLinks().counters.framesInvalid, 1);
      assert.match(s1.faults.join(), reason);
    });
  }

  test('asks for echoes and reads none: they are not held without a bound', async () => {
    const { simulation, s1, liar } = await impostor();
    liar.stopReading();
    const body = new Uint8Array(16);
    body[0] = 1;
    const heartbeats = Buffer.alloc(21_000, encodeFrame(frameTypes.heartbeat, body));
    for (let burst = 0; burst < 300; burst += 1) {
      liar.send(heartbeats);
      await simulation.advance(5);
    }
    assert.equal(s1.mustGetLinks().members()[0]?.isHeard, false);
    assert.ok(s1.mustGetLinks().counters.bytesSent < 1_300_000);
  });

  test('sends a batch that cannot be read: its link is ended, counted, and made again', async () => {
    const { simulation, s1, s2 } = await attacked();
    s2.refuseNext = true;
    s1.tell(s2.address, 3);
    await simulation.reach('the loss', () => s1.downs.length === 1);
    assert.equal(s2.mustGetLinks().counters.framesInvalid, 1);
    await simulation.reach('the link again', () => s1.ups.length === 2);
    s1.tell(s2.address, 4);
    await simulation.reach('the messages', () => s2.receivedCount === 4);
    assert.equal(s2.gaps, 0, 'what was refused has come');
  });

  test('is told by a reader on another thread as well', async () => {
    const { simulation, s1, s2 } = await attacked();
    s2.mustGetLinks().reject(s1.mustGetLinks().self, 'a batch that cannot be read');
    await simulation.reach('the loss', () => s1.downs.length === 1);
    assert.match(s2.faults.join(), /a batch that cannot be read/);
  });

  test('sends to a thread that is not there: its link is ended', async () => {
    const { simulation, s1, s2 } = await attacked();
    s1.tell(s2.address, 3, 1);
    await simulation.reach('the loss', () => s1.downs.length === 1);
    assert.equal(s2.receivedCount, 0);
  });
});

describe('listening', () => {
  async function refusal(options: LinkNodeOptions, host: string): Promise<AtollError> {
    const { outside } = new Simulation({ seed: 1 }).node('s1');
    try {
      await new LinkNode().start(outside, host, 7, options);
    } catch (error) {
      return error as AtollError;
    }
    return assert.fail('it was not refused');
  }

  test('beyond loopback is refused without TLS and without a secret', async () => {
    const { code, message } = await refusal({}, 's1');
    assert.equal(code, 'LISTEN_FAILED');
    assert.match(message, /s1:7 can be reached by others: give a shared secret or TLS/);
  });

  test('with a secret that can be guessed is refused', async () => {
    const { code, message } = await refusal({ secret: 'too short' }, 's1');
    assert.equal(code, 'USAGE');
    assert.match(message, /at least 16 bytes, this one 9/);
  });

  test('on loopback needs neither, and such systems talk', async () => {
    const simulation = new Simulation({ seed: 1 });
    const { outside } = simulation.node('s1');
    const one = new LinkNode();
    const other = new LinkNode();
    await one.start(outside, '127.0.0.1', 7, {});
    await other.start(outside, '127.0.0.1', 8, {});
    one.mustGetLinks().addMember({ host: '127.0.0.1', port: 8 });
    await simulation.reach('links both ways', () => one.ups.length + other.ups.length === 2);
  });

  test('peers that dial before the system is ready wait until it is', async () => {
    const simulation = new Simulation({ seed: 2 });
    const { outside } = simulation.node('s2');
    const at = { host: 's2', port: 7 };
    const self = { at, boot: 'abcd', threads: 1 };
    const links = new Links({ self, clusterId: 'test', outside, secret: clusterSecret });
    await links.listen(at);
    const s1 = bootLinkNode(simulation, 's1', { members: ['s2'] });
    await simulation.advance(2_000);
    assert.equal(s1.ups.length, 0);
    let received = 0;
    links.start({ onBatch: (_lane, _bytes, _start, _end, count) => (received += count) });
    await simulation.reach('the link', () => s1.ups.length === 1);
    assert.deepEqual(s1.faults, []);
    s1.tell('s2:7#abcd.1', 3);
    await simulation.reach('the messages', () => received === 3);
  });
});

/** A node that reaches s2 by way of a relay. */
async function startBehind(simulation: Simulation, name: string, relay: string): Promise<LinkNode> {
  const node = bootLinkNode(simulation, name, { members: [relay] });
  await simulation.reach('its start', () => node.links !== undefined);
  return node;
}
