import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  bootLinkNode,
  type LinkNode,
  type LinkNodeOptions,
} from '../../../test/support/link-node.ts';
import { Simulation } from '../../sim/simulation.ts';

interface Pair {
  readonly simulation: Simulation;
  readonly s1: LinkNode;
  readonly s2: LinkNode;
}

const seeds = [1, 2, 3, 4, 5, 6, 7, 8];

/** Two linked nodes, of which s1 was given s2. */
async function pair(seed: number, options: LinkNodeOptions = {}): Promise<Pair> {
  const simulation = new Simulation({ seed });
  const s2 = bootLinkNode(simulation, 's2', options);
  const s1 = bootLinkNode(simulation, 's1', { ...options, members: ['s2'] });
  await simulation.reach('links both ways', () => s1.ups.length > 0 && s2.ups.length > 0);
  return { simulation, s1, s2 };
}

function numbers(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

function assertIncreasing(sequence: readonly number[]): void {
  const disorder = sequence.findIndex((number, index) => number <= (sequence[index - 1] ?? 0));
  assert.equal(disorder, -1, `out of order or twice at ${disorder}`);
}

describe('without faults', () => {
  test('every message comes once and in order', async () => {
    for (const seed of seeds) {
      const { simulation, s1, s2 } = await pair(seed);
      let batches = 0;
      while (s1.told < 5_000) {
        s1.tell(s2.address, 1 + Math.floor(simulation.random.fraction() * 100));
        batches += 1;
        if (batches % 7 === 0) await simulation.advance(simulation.random.fraction() * 3);
      }
      await simulation.reach('all messages', () => s2.receivedCount === s1.told);
      assert.deepEqual(s2.from(s1.address), numbers(1, s1.told));
      assert.equal(s2.gaps, 0);
      assert.equal(s1.droppedCount, 0);
    }
  });

  test('a system that was only heard of can be told as well', async () => {
    const { simulation, s1, s2 } = await pair(1);
    s2.tell(s1.address, 3);
    await simulation.reach('the answer', () => s1.receivedCount === 3);
    assert.equal(s2.mustGetLinks().members()[0]?.isLearned, true);
  });

  test('messages for several threads leave in one write and reach their lanes', async () => {
    const { simulation, s1, s2 } = await pair(1, { threads: 4 });
    const { framesSent } = s1.mustGetLinks().counters;
    for (let lane = 0; lane < 4; lane += 1) s1.tell(s2.address, 2, lane);
    await simulation.reach('all lanes', () => s2.lanes.size === 4 && s2.receivedCount === 8);
    assert.equal(s1.mustGetLinks().counters.framesSent - framesSent >= 4, true);
  });

  test('messages told before the first link are held for it', async () => {
    const simulation = new Simulation({ seed: 1 });
    const s2 = bootLinkNode(simulation, 's2');
    await simulation.reach('the start of s2', () => s2.links !== undefined);
    const s1 = bootLinkNode(simulation, 's1', { members: ['s2'] });
    await simulation.reach('the start of s1', () => s1.links !== undefined);
    s1.tell(s2.address, 10);
    assert.equal(s1.mustGetLinks().members()[0]?.heldMessages, 10);
    await simulation.reach('the messages', () => s2.receivedCount === 10);
  });

  test('two systems that were given each other have one connection for each direction', async () => {
    for (const seed of seeds) {
      const simulation = new Simulation({ seed });
      const s1 = bootLinkNode(simulation, 's1', { members: ['s2'] });
      const s2 = bootLinkNode(simulation, 's2', { members: ['s1'] });
      await simulation.reach('links both ways', () => s1.ups.length > 0 && s2.ups.length > 0);
      await simulation.advance(20_000);
      assert.equal(simulation.connectionCount, 4);
      assert.equal(s1.ups.length, 1);
      assert.equal(s1.mustGetLinks().members()[0]?.isLearned, false);
    }
  });

  test('a run is repeated exactly by its seed', async () => {
    const hashes: string[] = [];
    for (let run = 0; run < 2; run += 1) {
      const { simulation, s1, s2 } = await pair(42);
      s1.tell(s2.address, 100);
      await simulation.advance(3_000);
      hashes.push(simulation.traceHash);
    }
    assert.equal(hashes[0], hashes[1]);
  });
});

describe('distance', () => {
  const messages = 100;

  /** How long 100 messages take that are told one after the other. */
  async function tellMany({ simulation, s1, s2 }: Pair): Promise<number> {
    const startMs = simulation.nowMs;
    for (let count = 0; count < messages; count += 1) {
      s1.tell(s2.address);
      await simulation.advance(0.1);
    }
    await simulation.reach('all of them', () => s2.receivedCount === messages);
    return simulation.nowMs - startMs;
  }

  test('at 200 ms latency 100 messages take about one latency, not a hundred', async () => {
    const world = await pair(1);
    world.simulation.setLink('s1', 's2', { latencyMs: 200, jitterMs: 0 });
    const tookMs = await tellMany(world);
    assert.ok(tookMs >= 200 && tookMs < 300, `${tookMs} ms`);
  });

  test('an artificial latency delays every message by itself and no more', async () => {
    const world = await pair(1, { linkLatencyMs: 200 });
    const tookMs = await tellMany(world);
    assert.ok(tookMs >= 200 && tookMs < 300, `${tookMs} ms`);
    await world.simulation.advance(5_000);
    const roundTripMs = world.s1.mustGetLinks().members()[0]?.roundTripMs ?? 0;
    assert.ok(roundTripMs >= 400 && roundTripMs < 450, `${roundTripMs} ms`);
  });

  test('a link that takes longer than a heartbeat is good all the same', async () => {
    const { simulation, s1, s2 } = await pair(1, { linkLatencyMs: 900 });
    await simulation.advance(20_000);
    assert.equal(s1.downs.length, 0);
    s1.tell(s2.address, 5);
    await simulation.reach('the messages', () => s2.receivedCount === 5);
  });
});

describe('lost connections', () => {
  test('what is lost is reported as missing exactly once, and nothing comes twice', async () => {
    let lossesSeen = 0;
    for (const seed of seeds) {
      const { simulation, s1, s2 } = await pair(seed);
      const { address } = s2;
      for (let round = 0; round < 40; round += 1) {
        s1.tell(address, 1 + Math.floor(simulation.random.fraction() * 500));
        if (round % 10 === 5) simulation.resetConnections('s1', 's2');
        await simulation.advance(simulation.random.fraction() * 2);
      }
      // No message follows: the heartbeats show what is missing at the end.
      await simulation.advance(20_000);
      assertIncreasing(s2.from(s1.address));
      assert.equal(s2.receivedCount + s2.missing, s1.told);
      if (s2.missing > 0) lossesSeen += 1;
    }
    assert.ok(lossesSeen > 0, 'no seed lost anything: the test shows nothing');
  });

  test('the link is made again for ever, after a cut of any length', async () => {
    const { simulation, s1, s2 } = await pair(3);
    const { address } = s2;
    simulation.cut('s1', 's2');
    await simulation.advance(10 * 60_000);
    assert.equal(s1.mustGetLinks().members()[0]?.state === 'up', false);
    simulation.heal();
    await simulation.reach('the link again', () => s1.ups.length === 2, 11_000);
    s1.tell(address, 5);
    await simulation.reach('the messages', () => s2.receivedCount === 5);
  });

  test('messages told while there is no link are held and come when there is', async () => {
    const { simulation, s1, s2 } = await pair(5);
    const { address } = s2;
    simulation.cut('s1', 's2');
    await simulation.reach('the loss', () => s1.downs.length > 0);
    s1.tell(address, 50);
    simulation.heal();
    await simulation.reach('the messages', () => s2.receivedCount === 50);
    assert.equal(s2.gaps, 0);
  });

  test('a cut in one direction is noticed by its silence, and healed', async () => {
    for (const [from, to] of [
      ['s1', 's2'],
      ['s2', 's1'],
    ] as const) {
      const { simulation, s1, s2 } = await pair(7);
      const { address } = s2;
      simulation.cutOneWay(from, to);
      await simulation.reach('the loss', () => s1.downs.length > 0, 7_000);
      s1.tell(address, 50);
      simulation.heal();
      await simulation.reach('the messages', () => s2.receivedCount === 50);
    }
  });

  test('a peer whose power failed is noticed by its silence', async () => {
    const { simulation, s1 } = await pair(9);
    simulation.node('s2').crash({ hasPower: false });
    await simulation.reach('the loss', () => s1.downs.length > 0, 7_000);
    assert.match(s1.downs[0] ?? '', /said nothing for 5000 ms/);
  });

  test('a peer that is down is told of once, and a good link brings the first delay back', async () => {
    const { simulation, s1 } = await pair(11);
    const s2 = simulation.node('s2');
    s2.crash();
    await simulation.advance(30_000);
    assert.equal(s1.faults.length, 1);
    s2.restart();
    await simulation.reach('the link again', () => s1.ups.length === 2, 5_100);
    await simulation.advance(1_000);
    s2.crash();
    s2.restart();
    await simulation.reach('the link at once', () => s1.ups.length === 3, 100);
  });

  test('a peer that says hello is dialled at once, however long the delay has become', async () => {
    const { simulation, s1, s2 } = await pair(12, { limits: { reconnectLastMs: 3_600_000 } });
    simulation.node('s2').crash();
    await simulation.advance(3_600_000);
    simulation.node('s2').restart();
    await simulation.advance(100);
    assert.equal(s1.ups.length, 1);
    s2.mustGetLinks().addMember({ host: 's1', port: 7 });
    await simulation.reach('the link', () => s1.ups.length === 2, 100);
  });

  test('what was under way on a link that was given up comes before the next link, or not at all', async () => {
    for (const seed of [...seeds, ...seeds.map((each) => each + 100)]) {
      const { simulation, s1, s2 } = await pair(seed);
      const { address } = s2;
      simulation.cutOneWay('s1', 's2');
      s1.tell(address, 100);
      await simulation.reach('the loss', () => s1.downs.length > 0, 7_000);
      s1.tell(address, 50);
      simulation.heal();
      await simulation.advance(20_000);
      assert.equal(s2.mustGetLinks().counters.framesInvalid, 0);
      assertIncreasing(s2.from(s1.address));
      assert.equal(s2.receivedCount + s2.missing, 150);
    }
  });
});

describe('lives', () => {
  test('a restarted peer is linked again without help, and refs of its former life hit nobody', async () => {
    for (const seed of seeds) {
      const { simulation, s1, s2 } = await pair(seed);
      const before = s2.address;
      s1.tell(before, 10);
      await simulation.reach('the messages', () => s2.receivedCount === 10);
      simulation.node('s2').crash();
      simulation.node('s2').restart();
      await simulation.reach('the new life', () => s1.ups.length === 2);
      const after = s2.address;
      assert.notEqual(after, before);
      s1.tell(before, 3);
      s1.tell(after, 7);
      await simulation.reach('the new messages', () => s2.receivedCount === 17);
      await simulation.advance(100);
      assert.equal(s1.dropped.get('other life'), 3);
      assert.equal(s2.gaps, 0, 'each life is numbered by itself');
    }
  });

  test('as long as nobody knows which life runs, messages for both are held', async () => {
    const { simulation, s1, s2 } = await pair(2);
    const before = s2.address;
    simulation.node('s2').crash();
    await simulation.reach('the loss', () => s1.downs.length > 0);
    simulation.cut('s1', 's2');
    simulation.node('s2').restart();
    await simulation.advance(100);
    const after = s2.address;
    s1.tell(before, 3);
    s1.tell(after, 7);
    simulation.heal();
    await simulation.reach('the messages for the new life', () => s2.receivedCount === 7);
    await simulation.advance(100);
    assert.equal(s1.dropped.get('other life'), 3);
  });

  test('a new life that a third system told of is not mistaken for an old one', async () => {
    const { simulation, s1, s2 } = await pair(5);
    simulation.cut('s1', 's2');
    simulation.node('s2').crash();
    simulation.node('s2').restart();
    await simulation.advance(10);
    // The link seems up and s1 has heard of no crash, but somebody gave it the new address.
    s1.tell(s2.address, 7);
    simulation.heal();
    await simulation.reach('the messages', () => s2.receivedCount === 7);
    assert.equal(s1.droppedCount, 0);
  });

  test('while a life answers, messages for another are dropped soon, and take little room', async () => {
    const limits = { outboxBytesMax: 4_000_000 };
    const { simulation, s1, s2 } = await pair(5, { limits });
    for (let batch = 0; batch < 1_000; batch += 1) s1.tell('s2:7#0123abcd.1', 1_000);
    assert.ok(s1.mustGetLinks().heldBytes < 1_400_000);
    s1.tell(s2.address, 7);
    await simulation.reach('the messages', () => s2.receivedCount === 7);
    await simulation.advance(2_000);
    assert.equal(s1.mustGetLinks().heldBytes, 0);
    assert.equal(s1.mustGetLinks().mayTake('s2:7#0123abcd.1'), false);
    await simulation.advance(10_000);
    assert.equal(s1.droppedCount, 1_000_000);
  });

  test('the hello of a new life ends the link to the old one at once', async () => {
    const simulation = new Simulation({ seed: 4 });
    // Neither silence nor a refused heartbeat can be what tells.
    const limits = { heartbeatMs: 100_000, peerSilenceMs: 500_000 };
    const s1 = bootLinkNode(simulation, 's1', { members: ['s2'], limits });
    const s2 = bootLinkNode(simulation, 's2', { members: ['s1'], limits });
    await simulation.reach('links both ways', () => s1.ups.length > 0 && s2.ups.length > 0);
    // Nothing is under way that would find nobody.
    await simulation.advance(100);
    simulation.node('s2').crash({ hasPower: false });
    simulation.node('s2').restart();
    await simulation.reach('the new life', () => s1.ups.length === 2, 1_000);
    s1.tell(s2.address, 3);
    await simulation.reach('the messages', () => s2.receivedCount === 3);
  });

  test('a sender that starts anew is numbered anew', async () => {
    const { simulation, s1, s2 } = await pair(6);
    s1.tell(s2.address, 10);
    await simulation.reach('the messages', () => s2.receivedCount === 10);
    simulation.node('s1').crash();
    simulation.node('s1').restart();
    await simulation.reach('the new life', () => s2.ups.length === 2);
    s1.tell(s2.address, 5);
    await simulation.reach('the new messages', () => s2.receivedCount === 15);
    assert.equal(s2.gaps, 0);
  });

  test('a link of a former life is closed, also if its end was never heard of', async () => {
    const { simulation, s2 } = await pair(8);
    await simulation.advance(100);
    simulation.node('s1').crash({ hasPower: false });
    simulation.node('s1').restart();
    await simulation.reach('the new life', () => s2.ups.length === 2);
    await simulation.advance(20_000);
    assert.equal(simulation.connectionCount, 4);
  });
});

describe('peers that do not keep up', () => {
  const limits = { outboxBytesMax: 2_000_000 };

  test('memory for a slow peer is bounded, the newest are dropped, and the link stays up', async () => {
    const { simulation, s1, s2 } = await pair(1, { limits });
    const { address } = s2;
    simulation.setLink('s1', 's2', { bytesPerSecond: 200_000 });
    let heldBytesMax = 0;
    for (let round = 0; round < 100; round += 1) {
      for (let batch = 0; batch < 10; batch += 1) s1.tell(address, 1_000);
      heldBytesMax = Math.max(heldBytesMax, s1.mustGetLinks().heldBytes);
      await simulation.advance(10);
    }
    assert.ok(heldBytesMax > 1_000_000 && heldBytesMax <= 2_300_000, `${heldBytesMax} bytes`);
    await simulation.advance(60_000);
    assert.equal(s1.downs.length, 0, 'heartbeats overtake what is held');
    assertIncreasing(s2.from(s1.address));
    assert.equal(s2.receivedCount + s2.missing, s1.told);
    assert.equal(s1.droppedCount, s2.missing);
    assert.deepEqual([...s1.dropped.keys()], ['outbox full']);
  });

  test('what is told a little at a time meanwhile gathers, and costs no chunk for each turn', async () => {
    const { simulation, s1, s2 } = await pair(1);
    simulation.setLink('s1', 's2', { bytesPerSecond: 1_000 });
    s1.tell(s2.address, 50_000);
    await simulation.advance(10);
    const before = process.memoryUsage().arrayBuffers;
    for (let turn = 0; turn < 1_000; turn += 1) {
      s1.tell(s2.address);
      await simulation.advance(0.1);
    }
    assert.ok(process.memoryUsage().arrayBuffers - before < 20_000_000);
  });

  test('memory for a stopped peer is bounded, and it goes on where the outbox begins', async () => {
    for (const seed of seeds) {
      const { simulation, s1, s2 } = await pair(seed, { limits });
      const { address } = s2;
      simulation.node('s2').pause(20_000);
      let heldBytesMax = 0;
      for (let round = 0; round < 300; round += 1) {
        for (let batch = 0; batch < 10; batch += 1) s1.tell(address, 1_000);
        heldBytesMax = Math.max(heldBytesMax, s1.mustGetLinks().heldBytes);
        await simulation.advance(100);
      }
      assert.ok(heldBytesMax <= 2_300_000, `${heldBytesMax} bytes`);
      await simulation.advance(30_000);
      assert.equal(s1.ups.length >= 2, true, 'it was silent for too long');
      assertIncreasing(s2.from(s1.address));
      assert.equal(s2.receivedCount + s2.missing, s1.told);
    }
  });

  test('a pause shorter than the silence that is allowed ends no link', async () => {
    for (const name of ['s1', 's2']) {
      const { simulation, s1, s2 } = await pair(2);
      simulation.node(name).pause(3_000);
      await simulation.advance(20_000);
      assert.deepEqual([s1.downs, s2.downs], [[], []]);
    }
  });

  test('what is held too long stops the outbox, and leaves when the peer is back', async () => {
    const { simulation, s1, s2 } = await pair(3, { limits: { outboxAgeMs: 30_000 } });
    const { address } = s2;
    simulation.cut('s1', 's2');
    await simulation.reach('the loss', () => s1.downs.length > 0);
    s1.tell(address, 10);
    await simulation.advance(32_000);
    assert.equal(s1.mustGetLinks().mayTake(address), false);
    s1.tell(address, 7);
    await simulation.advance(100);
    assert.equal(s1.dropped.get('outbox age'), 7);
    simulation.heal();
    await simulation.reach('what was held', () => s2.receivedCount === 10);
    s1.tell(address, 5);
    await simulation.reach('what was told later', () => s2.receivedCount === 15);
    assert.equal(s2.missing, 7);
  });

  test('drops are told once with their sum, however many there are', async () => {
    const { simulation, s1, s2 } = await pair(4, { limits });
    const { address } = s2;
    simulation.node('s2').crash();
    await simulation.reach('the loss', () => s1.downs.length > 0);
    let reports = 0;
    const count = s1.dropped.set.bind(s1.dropped);
    s1.dropped.set = (reason, sum): typeof s1.dropped => {
      reports += 1;
      return count(reason, sum);
    };
    for (let tells = 0; tells < 50_000; tells += 1) s1.tell(address, 100);
    await simulation.advance(100);
    assert.equal(reports, 1);
    const [member] = s1.mustGetLinks().members();
    assert.equal(s1.droppedCount + (member?.heldMessages ?? 0), s1.told);
    assert.equal(s1.mustGetLinks().counters.dropped, s1.droppedCount);
  });
});

describe('membership', () => {
  test('an address that is no member is never dialled, and messages to it are counted', async () => {
    const { simulation, s1 } = await pair(1);
    const s3 = bootLinkNode(simulation, 's3');
    await simulation.reach('the start', () => s3.links !== undefined);
    const connections = simulation.connectionCount;
    s1.tell(s3.address, 4);
    s1.tell('not an address', 1);
    await simulation.advance(20_000);
    assert.equal(s1.dropped.get('not a member'), 5);
    assert.equal(simulation.connectionCount, connections);
    assert.equal(s1.mustGetLinks().members().length, 1);
  });

  test('an address is told as soon as it is a member’s', async () => {
    const { simulation, s1 } = await pair(1);
    const s3 = bootLinkNode(simulation, 's3');
    await simulation.reach('the start', () => s3.links !== undefined);
    s1.tell(s3.address, 4);
    s1.mustGetLinks().addMember({ host: 's3', port: 7 });
    s1.tell(s3.address, 5);
    await simulation.reach('the messages', () => s3.receivedCount === 5);
  });

  test('a member that is removed is not dialled any more, and can be added again', async () => {
    const { simulation, s1, s2 } = await pair(2);
    s1.tell(s2.address, 10);
    await simulation.reach('the messages', () => s2.receivedCount === 10);
    s1.mustGetLinks().removeMember({ host: 's2', port: 7 });
    simulation.node('s2').crash();
    await simulation.advance(1_000);
    s1.tell('s2:7#abcd.1', 3);
    await simulation.advance(1_000);
    assert.equal(s1.dropped.get('not a member'), 3);
    simulation.node('s2').restart();
    s1.mustGetLinks().addMember({ host: 's2', port: 7 });
    await simulation.reach('the link', () => s1.ups.length === 2);
    s1.tell(s2.address, 5);
    await simulation.reach('the new messages', () => s2.receivedCount === 15);
    assert.equal(s2.gaps, 0);
  });

  test('messages to a member that is removed, or says goodbye, pass no more: told, not in the call', async () => {
    const { simulation, s1, s2 } = await pair(4);
    s1.mustGetLinks().removeMember({ host: 's2', port: 7 });
    assert.deepEqual(s1.downs, []);
    await simulation.advance(1);
    assert.deepEqual(s1.downs, [`${s2.address} no member any more`]);
    const other = await pair(5);
    await other.simulation.settle(other.s1.mustGetLinks().close());
    await other.simulation.advance(1_000);
    assert.deepEqual(other.s2.downs, [`${other.s1.address} no member any more`]);
    assert.deepEqual(other.s1.downs, [], 'it ended itself');
  });

  test('a sender that forgot a peer and learns it again starts another numbering', async () => {
    const { simulation, s1, s2 } = await pair(3);
    s1.tell(s2.address, 10);
    await simulation.reach('the messages', () => s2.receivedCount === 10);
    s1.mustGetLinks().removeMember({ host: 's2', port: 7 });
    // s2 learned of s1 by its hello, dials it, and so s1 learns of s2.
    await simulation.reach('the link', () => s1.ups.length === 2);
    s1.tell(s2.address, 5);
    await simulation.reach('the new messages', () => s2.receivedCount === 15);
    assert.equal(s2.gaps, 0);
    assert.equal(s2.mustGetLinks().counters.framesInvalid, 0);
  });

  test('a system is one member by whatever names it is given', async () => {
    const simulation = new Simulation({ seed: 5 });
    const s2 = bootLinkNode(simulation, 's2');
    const s1 = bootLinkNode(simulation, 's1', { members: ['s2'] });
    await simulation.reach('links both ways', () => s1.ups.length > 0 && s2.ups.length > 0);
    relay(simulation, 'alias', 's2');
    s1.mustGetLinks().addMember({ host: 'alias', port: 7 });
    await simulation.advance(10_000);
    assert.equal(s1.mustGetLinks().members().length, 1);
    assert.equal(simulation.connectionCount, 4);
    s2.mustGetLinks().addMember({ host: 'alias1', port: 7 });
    relay(simulation, 'alias1', 's1');
    assert.equal(s2.mustGetLinks().members()[0]?.isLearned, true);
    await simulation.advance(10_000);
    assert.equal(s2.mustGetLinks().members()[0]?.isLearned, false, 'now it was given');
    s1.mustGetLinks().removeMember({ host: 'alias', port: 7 });
    assert.equal(s1.mustGetLinks().members().length, 0);
  });

  test('a system that is reached by another name than its own is told by its own', async () => {
    const simulation = new Simulation({ seed: 6 });
    const s2 = bootLinkNode(simulation, 's2');
    relay(simulation, 'alias', 's2');
    const s1 = bootLinkNode(simulation, 's1', { members: ['alias'] });
    await simulation.reach('the link', () => s1.ups.length > 0);
    s1.tell(s2.address, 5);
    await simulation.reach('the messages', () => s2.receivedCount === 5);
    assert.equal(s1.mustGetLinks().members()[0]?.at, 's2:7');
    simulation.node('s2').crash();
    s1.mustGetLinks().removeMember({ host: 'alias', port: 7 });
    assert.equal(s1.mustGetLinks().members().length, 0);
  });

  test('a system that was only learned is forgotten when it says goodbye', async () => {
    const { simulation, s1, s2 } = await pair(7);
    await simulation.settle(s1.mustGetLinks().close());
    await simulation.advance(10_000);
    assert.equal(s2.mustGetLinks().members().length, 0);
    assert.equal(simulation.connectionCount, 0);
  });

  test('a system that was only learned is forgotten when it has been away for long', async () => {
    const { simulation, s1, s2 } = await pair(8, { limits: { memberForgottenMs: 60_000 } });
    assert.equal(s2.mustGetLinks().members().length, 1);
    simulation.node('s1').crash();
    await simulation.advance(50_000);
    assert.equal(s2.mustGetLinks().members().length, 1);
    await simulation.advance(20_000);
    assert.equal(s2.mustGetLinks().members().length, 0);
    simulation.node('s1').restart();
    await simulation.reach('s1 again', () => s1.ups.length === 2);
  });

  test('there are only so many members', async () => {
    const simulation = new Simulation({ seed: 9 });
    const s1 = bootLinkNode(simulation, 's1', { limits: { membersMax: 2 } });
    const others = ['s2', 's3', 's4'].map((name) =>
      bootLinkNode(simulation, name, { members: ['s1'] }),
    );
    await simulation.advance(3_000);
    assert.equal(s1.mustGetLinks().members().length, 2);
    const refused = others.filter(({ ups }) => ups.length === 0);
    assert.equal(refused.length, 1);
    assert.match(refused[0]?.faults[0] ?? '', /as many members as it may have/);
  });
});

describe('closing', () => {
  test('what is held leaves before the goodbye, and the port is free', async () => {
    for (const seed of seeds) {
      const { simulation, s1, s2 } = await pair(seed);
      for (let batch = 0; batch < 50; batch += 1) s1.tell(s2.address, 1_000);
      const { outside } = simulation.node('s1');
      await simulation.settle(s1.mustGetLinks().close());
      await simulation.advance(100);
      assert.equal(s2.receivedCount + s2.missing + s1.droppedCount, s1.told);
      assert.equal(s2.receivedCount, s1.told);
      const listener = await outside.network.listen({ host: 's1', port: 7 }, {}, () => {
        throw new Error('nobody dials');
      });
      await listener.close();
    }
  });

  test('it takes no longer than its bound, and what is left is dropped and counted', async () => {
    const { simulation, s1, s2 } = await pair(2);
    const { address } = s2;
    simulation.cut('s1', 's2');
    for (let batch = 0; batch < 500; batch += 1) s1.tell(address, 1_000);
    const startMs = simulation.nowMs;
    await simulation.settle(s1.mustGetLinks().close());
    assert.ok(simulation.nowMs - startMs < 1_010);
    assert.ok((s1.dropped.get('closed') ?? 0) > 0);
    s1.tell(address, 3);
    assert.equal(s1.mustGetLinks().mayTake(address), false);
    await s1.mustGetLinks().close();
  });

  test('nothing is left running', async () => {
    const { simulation, s1, s2 } = await pair(3);
    s1.tell(s2.address, 3);
    s1.tell('s9:7#abcd.1', 3);
    await simulation.settle(s1.mustGetLinks().close());
    await simulation.settle(s2.mustGetLinks().close());
    await simulation.runUntilIdle();
    assert.equal(simulation.connectionCount, 0);
  });
});

/** A host that hands on whatever comes to its port 7, both ways. */
function relay(simulation: Simulation, name: string, to: string): void {
  simulation.node(name).boot(async ({ network }) => {
    await network.listen({ host: name, port: 7 }, {}, (accepted) => {
      const dialled = network.connect(
        { host: to, port: 7 },
        {},
        {
          onData: (bytes, start, end) => void accepted.write(bytes.slice(start, end)),
          onClose: () => accepted.end(),
        },
      );
      return {
        onData: (bytes, start, end) => void dialled.write(bytes.slice(start, end)),
        onClose: () => dialled.end(),
      };
    });
  });
}
