import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from 'fast-check';

import { ActorRef } from '../../../actor/actor-ref.ts';
import { SimRandom } from '../../../sim/sim-random.ts';
import { commandOf } from '../../../../test/support/command-of.ts';
import { ArenaTable } from '../arena/arena-table.ts';
import { Replica } from '../replica.ts';
import type { SyncMessage } from './sync-message.ts';
import { Synchronizer } from './synchronizer.ts';

/** Replicas that exchange messages over ways that lose, delay and keep in order. */
class Exchange {
  nowMs = 1_750_000_000_000;
  readonly nodes: readonly Node[];
  /** How many messages each way lost. */
  lost = 0;
  readonly sentAtMs: Map<string, number[]> = new Map();
  readonly #random: SimRandom;
  readonly #lossChance: number;
  #underWay: { dueMs: number; to: Node; message: SyncMessage }[] = [];

  constructor(count: number, seed: number, lossChance: number) {
    this.#random = new SimRandom(seed);
    this.#lossChance = lossChance;
    this.nodes = Array.from({ length: count }, (_, index) => new Node(index + 1));
    for (const node of this.nodes) {
      const others = this.nodes.filter((other) => other !== node);
      node.synchronizer.setPeers(others.map((other) => other.ref));
    }
  }

  run(ms: number, isLossy: boolean): void {
    const untilMs = this.nowMs + ms;
    for (; this.nowMs < untilMs; this.nowMs += 10) {
      const due = this.#underWay.filter((each) => each.dueMs <= this.nowMs);
      this.#underWay = this.#underWay.filter((each) => each.dueMs > this.nowMs);
      for (const { to, message } of due) to.receive(message, this.nowMs);
      for (const node of this.nodes)
        node.flush(this.nowMs, (to, message) => this.#send(node, to, message, isLossy));
    }
  }

  #send(from: Node, ref: ActorRef<SyncMessage>, message: SyncMessage, isLossy: boolean): void {
    const to = this.nodes.find((node) => node.ref.counter === ref.counter);
    assert.ok(to !== undefined);
    const way = `${from.ref.counter}>${to.ref.counter}`;
    this.sentAtMs.set(way, [...(this.sentAtMs.get(way) ?? []), this.nowMs]);
    if (isLossy && this.#random.fraction() < this.#lossChance) this.lost += 1;
    // A way of constant length keeps the order.
    else this.#underWay.push({ dueMs: this.nowMs + 50, to, message });
  }
}

class Node {
  readonly ref: ActorRef<SyncMessage>;
  readonly replica: Replica;
  readonly synchronizer: Synchronizer;

  constructor(counter: number) {
    this.ref = new ActorRef('127.0.0.1:7000#boot1.1', counter);
    const random = new SimRandom(counter);
    this.replica = new Replica({ uid: this.ref.uid(), table: new ArenaTable(random), random });
    this.synchronizer = new Synchronizer(this.replica, this.ref);
    this.replica.isConfirmedByAll = (origin, sequence) =>
      this.synchronizer.isConfirmedByAll(origin, sequence);
  }

  put(key: string, value: string, nowMs: number): void {
    this.replica.begin(nowMs);
    this.replica.put(commandOf('SET', key, value), 1, 2, 0);
  }

  delete(key: string, nowMs: number): void {
    this.replica.begin(nowMs);
    const reference = this.replica.find(commandOf('DEL', key), 1);
    if (reference >= 0) this.replica.delete(reference);
  }

  receive(message: SyncMessage, nowMs: number): void {
    this.replica.begin(nowMs);
    this.synchronizer.receive(message, nowMs);
    this.replica.sweep(100);
  }

  flush(nowMs: number, send: (to: ActorRef<SyncMessage>, message: SyncMessage) => void): void {
    this.synchronizer.flush(nowMs, send);
  }

  /** Everything that it has, with who wrote it. */
  contents(): string[] {
    const { table } = this.replica;
    const key = Buffer.alloc(4_096);
    const value = Buffer.alloc(4_096);
    const found: string[] = [];
    table.scan(0, Infinity, (reference) => {
      const keyEnd = table.readKey(reference, key);
      const valueEnd = table.readValue(reference, value, 0);
      const { wallMs, counter, origin } = this.replica.versionOf(reference);
      const by = this.replica.origins.uid(origin);
      found.push(
        `${key.toString('latin1', 0, keyEnd)}=${value.toString('latin1', 0, valueEnd)} @${wallMs}.${counter} ${by}`,
      );
    });
    return found.toSorted();
  }
}

describe('replicas that exchange their writes', () => {
  const step = fc.record({
    node: fc.nat(2),
    key: fc.constantFrom('a', 'b', 'c', 'd'),
    isDelete: fc.boolean(),
    waitMs: fc.constantFrom(0, 0, 10, 50, 120, 900),
  });

  test('agree once messages arrive again, however many were lost, and remember no delete', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.nat(), (steps, seed) => {
        const exchange = new Exchange(3, seed, 0.4);
        for (const [index, { node, key, isDelete, waitMs }] of steps.entries()) {
          const at = exchange.nodes[node];
          if (isDelete) at?.delete(key, exchange.nowMs);
          else at?.put(key, `value ${index}`, exchange.nowMs);
          exchange.run(waitMs, true);
        }
        exchange.run(8_000, false);
        const [first, ...others] = exchange.nodes.map((node) => node.contents());
        for (const other of others) assert.deepEqual(other, first);
        for (const node of exchange.nodes) assert.equal(node.replica.table.tombstoneCount, 0);
      }),
    );
  });

  test('never send more than 10 messages in any second to anybody, also when messages are lost', () => {
    const exchange = new Exchange(3, 1, 0.5);
    for (let round = 0; round < 1_000; round += 1) {
      for (const node of exchange.nodes) node.put(`key ${round % 20}`, `${round}`, exchange.nowMs);
      exchange.run(10, true);
    }
    assert.ok(exchange.lost > 50);
    for (const atMs of exchange.sentAtMs.values()) {
      for (const [index, ms] of atMs.entries()) {
        assert.ok((atMs[index + 10] ?? Infinity) - ms >= 1_000);
      }
    }
  });

  test('do not know a range that came behind a lost one until that one has come', () => {
    const exchange = new Exchange(2, 1, 0);
    const [one, other] = exchange.nodes;
    assert.ok(one !== undefined && other !== undefined);
    const messages: SyncMessage[] = [];
    const keep = (_: ActorRef<SyncMessage>, message: SyncMessage): void =>
      void messages.push(message);
    for (const [index, key] of ['a', 'b', 'c'].entries()) {
      one.put(key, key, exchange.nowMs + index * 200);
      one.flush(exchange.nowMs + index * 200, keep);
    }
    const [first, second, third] = messages;
    assert.ok(first !== undefined && second !== undefined && third !== undefined);
    other.receive(first, exchange.nowMs);
    other.receive(third, exchange.nowMs);
    const told: SyncMessage[] = [];
    other.flush(exchange.nowMs + 1_000, (_, message) => void told.push(message));
    assert.deepEqual(told[0]?.knows, [[one.ref.uid(), 1]]);
    assert.equal(other.contents().length, 2, 'what came is merged all the same');
  });

  test('refuse a write from a clock far ahead, move no clock of their own, and merge what else came', () => {
    const exchange = new Exchange(2, 1, 0);
    const [one, other] = exchange.nodes;
    assert.ok(one !== undefined && other !== undefined);
    one.put('sound', 'value', exchange.nowMs);
    one.put('mad', 'value', exchange.nowMs + 3_600_000);
    exchange.run(500, false);
    assert.deepEqual(
      other.contents().map((entry) => entry.slice(0, 5)),
      ['sound'],
    );
    assert.ok(other.synchronizer.counters.refused > 0);
    assert.ok(other.replica.clock.wallMs <= exchange.nowMs);
  });
});
