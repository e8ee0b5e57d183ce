import assert from 'node:assert/strict';

import { ActorRef } from '../../src/actor/actor-ref.ts';
import { geoLimits } from '../../src/core/limits.ts';
import { ArenaTable } from '../../src/geo/server/arena/arena-table.ts';
import { Replica } from '../../src/geo/server/replica.ts';
import { ChangeStream } from '../../src/geo/server/sync/change-stream.ts';
import { Feed } from '../../src/geo/server/sync/feed.ts';
import type { SyncMessage } from '../../src/geo/server/sync/sync-message.ts';
import { SyncPeer } from '../../src/geo/server/sync/sync-peer.ts';
import { Synchronizer, type SendSync } from '../../src/geo/server/sync/synchronizer.ts';
import { SimRandom } from '../../src/sim/sim-random.ts';
import { commandOf } from './command-of.ts';

export interface SyncMeshOptions {
  readonly nodes: number;
  /** As actors of one server: own writes to each other. Otherwise what comes from others is passed on, too. */
  readonly isLocal: boolean;
  readonly seed?: number;
  /** How likely a message is lost while a run is lossy. */
  readonly lossChance?: number;
  /** Pairs of nodes that do not reach each other, smaller index first: `0-2`. */
  readonly cut?: ReadonlySet<string>;
}

/** A message on its way. */
interface Letter {
  readonly dueMs: number;
  readonly to: SyncNode;
  readonly message: SyncMessage;
}

const stepMs = 10;
const wayMs = 50;

/** Replicas that exchange messages over ways that lose and delay them, and keep them in order. */
export class SyncMesh {
  nowMs = 1_750_000_000_000;
  readonly nodes: readonly SyncNode[];
  /** How many messages were lost. */
  lost = 0;
  /** When each way was used: `0>1`. */
  readonly sentAtMs: Map<string, number[]> = new Map();
  readonly cut: Set<string>;
  /** Told of each message that is sent. */
  onSent: (from: SyncNode, to: SyncNode, message: SyncMessage, isLost: boolean) => void = () => {};
  readonly #random: SimRandom;
  readonly #lossChance: number;
  #underWay: Letter[] = [];

  constructor({ nodes, isLocal, seed = 1, lossChance = 0, cut = new Set() }: SyncMeshOptions) {
    this.#random = new SimRandom(seed);
    this.#lossChance = lossChance;
    this.cut = new Set(cut);
    this.nodes = Array.from({ length: nodes }, (_, index) => new SyncNode(index, isLocal));
    for (const node of this.nodes) {
      for (const other of this.nodes) if (other !== node) node.meet(other);
    }
  }

  /** The node of this index. */
  node(index: number): SyncNode {
    const node = this.nodes[index];
    assert.ok(node !== undefined);
    return node;
  }

  put(index: number, key: string, value: string): void {
    this.node(index).put(key, value, this.nowMs);
  }

  /** Lets time pass; messages are lost only while `isLossy`. */
  run(ms: number, isLossy = false): void {
    const untilMs = this.nowMs + ms;
    for (; this.nowMs < untilMs; this.nowMs += stepMs) {
      const due = this.#underWay.filter((each) => each.dueMs <= this.nowMs);
      this.#underWay = this.#underWay.filter((each) => each.dueMs > this.nowMs);
      for (const { to, message } of due) to.receive(message, this.nowMs);
      for (const node of this.nodes)
        node.flush(this.nowMs, (to, message) => this.#send(node, to, message, isLossy));
    }
  }

  #send(from: SyncNode, ref: ActorRef<SyncMessage>, message: SyncMessage, isLossy: boolean): void {
    const to = this.nodes.find((node) => node.ref.counter === ref.counter);
    assert.ok(to !== undefined);
    const way = `${from.index}>${to.index}`;
    this.sentAtMs.set(way, [...(this.sentAtMs.get(way) ?? []), this.nowMs]);
    const isCut = this.cut.has(
      `${Math.min(from.index, to.index)}-${Math.max(from.index, to.index)}`,
    );
    const isLost = isCut || (isLossy && this.#random.fraction() < this.#lossChance);
    this.onSent(from, to, message, isLost);
    if (isLost) this.lost += 1;
    else this.#underWay.push({ dueMs: this.nowMs + wayMs, to, message });
  }
}

/** One replica of a mesh. */
export class SyncNode {
  readonly index: number;
  readonly ref: ActorRef<SyncMessage>;
  readonly replica: Replica;
  readonly synchronizer: Synchronizer;
  /** What may leave; everything, unless a test holds it back. */
  released: number = Infinity;
  readonly #isLocal: boolean;
  /** What came from others, for others. */
  readonly #relayed: ChangeStream = new ChangeStream({ base: [] });

  constructor(index: number, isLocal: boolean) {
    this.index = index;
    this.#isLocal = isLocal;
    this.ref = new ActorRef('127.0.0.1:7000#boot1.1', index + 1);
    const random = new SimRandom(index + 1);
    this.replica = new Replica({ uid: `node.1.${index}`, table: new ArenaTable(random), random });
    this.synchronizer = new Synchronizer({
      replica: this.replica,
      self: this.ref,
      clock: { wallMs: () => 0, monotonicMs: () => 0 },
      told: undefined,
      mark: () => this.replica.sequence,
      released: () => this.released,
      onNote: () => undefined,
    });
    this.replica.isConfirmedByAll = (origin, sequence) =>
      isLocal &&
      [...this.synchronizer.peers].every(({ confirmed }) => confirmed.covers(origin, sequence));
  }

  /** From now on it tells `other` what is new. */
  meet(other: SyncNode): void {
    const feeds = [new Feed({ name: 'local', stream: this.replica.changes })];
    if (!this.#isLocal) {
      const delayMs = geoLimits.syncRelayMs;
      feeds.push(new Feed({ name: 'remote', stream: this.#relayed, delayMs }));
    }
    const peer = new SyncPeer({
      ref: other.ref,
      feeds,
      isLocal: this.#isLocal,
      ...(this.#isLocal ? {} : { keeps: this.#relayed }),
    });
    for (const feed of feeds) feed.startAt(0);
    this.synchronizer.addPeer(peer);
  }

  put(key: string, value: string, nowMs: number): void {
    this.replica.begin(nowMs);
    this.replica.put(commandOf('SET', key, value), 1, 2, 0);
    this.#knowOwn(nowMs);
  }

  delete(key: string, nowMs: number): void {
    this.replica.begin(nowMs);
    const reference = this.replica.find(commandOf('DEL', key), 1);
    if (reference >= 0) this.replica.delete(reference);
    this.#knowOwn(nowMs);
  }

  receive(message: SyncMessage, nowMs: number): void {
    this.replica.begin(nowMs);
    this.synchronizer.receive(message, nowMs);
    this.replica.sweep(100);
    this.#trim();
  }

  flush(nowMs: number, send: SendSync): number {
    return this.synchronizer.flush(nowMs, send);
  }

  /** Everything that it has: key, value (a tombstone has none), who wrote it and when. */
  contents(): string[] {
    const { table } = this.replica;
    const bytes = Buffer.alloc(8_192);
    const found: string[] = [];
    for (let place = 0; place < table.placesEnd; place += 1) {
      const reference = table.atPlace(place);
      if (reference < 0) continue;
      const key = bytes.toString('latin1', 0, table.readKey(reference, bytes));
      const isLive = table.isLive(reference);
      const end = isLive ? table.readValue(reference, bytes, 0) : 0;
      const value = isLive ? `=${bytes.toString('latin1', 0, end)}` : ' is deleted';
      const { wallMs, counter, origin } = this.replica.versionOf(reference);
      const by = this.replica.origins.uid(origin);
      found.push(`${key}${value} @${wallMs}.${counter} ${by}`);
    }
    return found.toSorted();
  }

  /** Who is told of writes of others is told by them that they have their own, too. */
  #knowOwn(nowMs: number): void {
    const { uid, sequence } = this.replica;
    if (!this.#isLocal) this.synchronizer.known.raiseAll([[uid, sequence]], nowMs);
  }

  #trim(): void {
    for (const stream of [this.replica.changes, this.#relayed]) {
      let neededBehind = stream.last;
      for (const { feeds } of this.synchronizer.peers) {
        for (const feed of feeds) {
          if (feed.stream === stream) neededBehind = Math.min(neededBehind, feed.neededBehind);
        }
      }
      stream.trim(neededBehind);
    }
  }
}
