import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from 'fast-check';

import type { ActorRef } from '../../../actor/actor-ref.ts';
import { SyncMesh, type SyncNode } from '../../../../test/support/sync-mesh.ts';
import type { SyncMessage } from './sync-message.ts';

const step = fc.record({
  node: fc.nat(2),
  key: fc.constantFrom('a', 'b', 'c', 'd'),
  isDelete: fc.boolean(),
  waitMs: fc.constantFrom(0, 0, 10, 50, 120, 900),
});

/** A write as it was made. */
interface Made {
  readonly key: string;
  readonly origin: string;
  readonly sequence: number;
  readonly wallMs: number;
}

/** Sends what a node has to say into an array. */
function collect(node: SyncNode, nowMs: number): SyncMessage[] {
  const messages: SyncMessage[] = [];
  node.flush(nowMs, (_: ActorRef<SyncMessage>, message) => void messages.push(message));
  return messages;
}

function assertEqual({ nodes }: SyncMesh): void {
  const [first, ...others] = nodes.map((node) => node.contents());
  for (const other of others) assert.deepEqual(other, first);
}

describe('replicas of one server that exchange their writes', () => {
  test('agree once messages arrive again, however many were lost, and remember no delete', () => {
    const runs = fc.property(fc.array(step, { maxLength: 60 }), fc.nat(), (steps, seed) => {
      const mesh = new SyncMesh({ nodes: 3, isLocal: true, seed, lossChance: 0.4 });
      for (const [index, { node, key, isDelete, waitMs }] of steps.entries()) {
        if (isDelete) mesh.node(node).delete(key, mesh.nowMs);
        else mesh.put(node, key, `value ${index}`);
        mesh.run(waitMs, true);
      }
      mesh.run(35_000);
      assertEqual(mesh);
      for (const { replica } of mesh.nodes) assert.equal(replica.table.tombstoneCount, 0);
    });
    fc.assert(runs, { numRuns: 50 });
  });

  test('never send more than 10 messages in any second to anybody, also when messages are lost', () => {
    const mesh = new SyncMesh({ nodes: 3, isLocal: true, lossChance: 0.5 });
    for (let round = 0; round < 1_000; round += 1) {
      for (const { index } of mesh.nodes) mesh.put(index, `key ${round % 20}`, `${round}`);
      mesh.run(10, true);
    }
    assert.ok(mesh.lost > 50);
    for (const atMs of mesh.sentAtMs.values()) {
      for (const [index, ms] of atMs.entries()) {
        assert.ok((atMs[index + 10] ?? Infinity) - ms >= 1_000);
      }
    }
  });

  test('do not know a run that came behind a lost one until that one has come', () => {
    const { nodes, nowMs } = new SyncMesh({ nodes: 2, isLocal: true });
    const [one, other] = nodes as [SyncNode, SyncNode];
    const messages: SyncMessage[] = [];
    for (const [index, key] of ['a', 'b', 'c'].entries()) {
      one.put(key, key, nowMs + index * 200);
      messages.push(...collect(one, nowMs + index * 200));
    }
    const [first, second, third] = messages as [SyncMessage, SyncMessage, SyncMessage];
    other.receive(first, nowMs);
    other.receive(third, nowMs);
    assert.equal(other.contents().length, 2, 'what came is merged all the same');
    const [told] = collect(other, nowMs + 600);
    assert.deepEqual(told?.knows?.pairs, [['node.1.0', 1]]);
    assert.deepEqual(told?.heard, [{ stream: 'local', session: 1, upTo: 1, isMissing: true }]);
    other.receive(second, nowMs + 700);
    assert.equal(other.synchronizer.known.vector.sequenceOf('node.1.0'), 2);
  });

  test('refuse a write from a clock far ahead, and know none of what came with it', () => {
    const mesh = new SyncMesh({ nodes: 2, isLocal: false });
    const [one, other] = mesh.nodes as [SyncNode, SyncNode];
    one.put('sound', 'value', mesh.nowMs);
    one.put('mad', 'value', mesh.nowMs + 3_600_000);
    mesh.run(500);
    assert.deepEqual(
      other.contents().map((entry) => entry.slice(0, 5)),
      ['sound'],
    );
    assert.ok(other.synchronizer.counters.refused > 0);
    assert.ok(other.replica.clock.wallMs <= mesh.nowMs, 'their own clock is not moved');
    assert.equal(other.synchronizer.known.vector.sequenceOf('node.1.0'), 0);
    // It comes again until the clock of the other one agrees.
    mesh.nowMs += 3_600_000;
    mesh.run(35_000);
    assertEqual(mesh);
  });

  test('hold a message back until everything that it shows is durable', () => {
    const mesh = new SyncMesh({ nodes: 2, isLocal: true });
    const one = mesh.node(0);
    one.released = 0;
    one.put('key', 'value', mesh.nowMs);
    assert.deepEqual(collect(one, mesh.nowMs), []);
    one.put('other', 'value', mesh.nowMs);
    one.released = 1;
    const [message] = collect(one, mesh.nowMs + 5);
    assert.deepEqual(message?.parts?.[0]?.claims, [['node.1.0', 1]]);
    assert.deepEqual(collect(one, mesh.nowMs + 500), [], 'the second write is not durable');
  });

  test('merge nothing of a peer that is not to be heard', () => {
    const mesh = new SyncMesh({ nodes: 2, isLocal: true });
    const [one, other] = mesh.nodes as [SyncNode, SyncNode];
    for (const peer of other.synchronizer.peers) peer.isRefused = true;
    one.put('key', 'value', mesh.nowMs);
    mesh.run(1_000);
    assert.deepEqual(other.contents(), []);
  });
});

describe('replicas that pass on what they hear', () => {
  test('have, at any moment, all that they say they know, or what came later', () => {
    const runs = fc.property(fc.array(step, { maxLength: 60 }), fc.nat(), (steps, seed) => {
      const mesh = new SyncMesh({ nodes: 3, isLocal: false, seed, lossChance: 0.4 });
      const made: Made[] = [];
      for (const [index, { node, key, waitMs }] of steps.entries()) {
        mesh.put(node, key, `value ${index}`);
        const { uid, sequence, clock } = mesh.node(node).replica;
        made.push({ key, origin: uid, sequence, wallMs: clock.wallMs });
        mesh.run(waitMs, true);
        for (const each of mesh.nodes) assertHasWhatItKnows(each, made);
      }
      mesh.run(35_000);
      assertEqual(mesh);
    });
    fc.assert(runs, { numRuns: 50 });
  });

  test('bring a write to a replica that its writer does not reach', () => {
    const mesh = new SyncMesh({ nodes: 3, isLocal: false, cut: new Set(['0-2']) });
    mesh.put(0, 'key', 'value');
    mesh.run(3_000);
    assert.equal(mesh.node(2).contents().length, 1);
    mesh.put(2, 'other', 'value');
    mesh.run(3_000);
    assertEqual(mesh);
  });

  test('pass nothing on while everybody reaches everybody', () => {
    const mesh = new SyncMesh({ nodes: 4, isLocal: false });
    for (let round = 0; round < 100; round += 1) {
      mesh.put(round % 4, `key ${round}`, 'value');
      mesh.run(50);
    }
    mesh.run(5_000);
    for (const { synchronizer } of mesh.nodes) {
      assert.equal(synchronizer.counters.sent, 25 * 3, 'its own writes to each other one');
    }
  });

  test('are silent when there is nothing to say', () => {
    const mesh = new SyncMesh({ nodes: 3, isLocal: false });
    mesh.put(0, 'key', 'value');
    mesh.run(10_000);
    mesh.sentAtMs.clear();
    mesh.run(60_000);
    assert.equal(mesh.sentAtMs.size, 0);
  });
});

function assertHasWhatItKnows(
  { replica, synchronizer, index }: SyncNode,
  made: readonly Made[],
): void {
  const wallMsByKey = new Map<string, number>();
  for (let place = 0; place < replica.table.placesEnd; place += 1) {
    const reference = replica.table.atPlace(place);
    if (reference < 0) continue;
    const key = Buffer.alloc(64);
    const name = key.toString('latin1', 0, replica.table.readKey(reference, key));
    wallMsByKey.set(name, replica.versionOf(reference).wallMs);
  }
  for (const { key, origin, sequence, wallMs } of made) {
    if (!synchronizer.known.vector.covers(origin, sequence)) continue;
    const present = wallMsByKey.get(key) ?? -1;
    assert.ok(present >= wallMs, `node ${index} lacks write ${sequence} of ${origin} to ${key}`);
  }
}
