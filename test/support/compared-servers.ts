import assert from 'node:assert/strict';

import { ActorRef } from '../../src/actor/actor-ref.ts';
import type { Log } from '../../src/core/log.ts';
import { ArenaTable } from '../../src/geo/server/arena/arena-table.ts';
import { Comparison } from '../../src/geo/server/remote/comparison.ts';
import { RemotePeer } from '../../src/geo/server/remote/remote-peer.ts';
import type { RepairCounters } from '../../src/geo/server/remote/remote-sync-life.ts';
import { Replica } from '../../src/geo/server/replica.ts';
import { SlicedWork } from '../../src/geo/server/sync/sliced-work.ts';
import { ChangeStream } from '../../src/geo/server/sync/change-stream.ts';
import { Feed } from '../../src/geo/server/sync/feed.ts';
import type { SyncMessage } from '../../src/geo/server/sync/sync-message.ts';
import { SyncPeer } from '../../src/geo/server/sync/sync-peer.ts';
import { Synchronizer } from '../../src/geo/server/sync/synchronizer.ts';
import { SimRandom } from '../../src/sim/sim-random.ts';
import { commandOf } from './command-of.ts';

const stepMs = 10;
const wayMs = 50;
const lookMs = 500;

/** Two replicas of different servers that exchange changes and compare what they have. */
export class ComparedServers {
  nowMs = 1_750_000_000_000;
  readonly one: ComparedServer = new ComparedServer('one', 1);
  readonly two: ComparedServer = new ComparedServer('two', 2);
  /** All that was sent, oldest first. */
  readonly sent: SyncMessage[] = [];
  /** How likely a message is lost. */
  lossChance = 0;
  /** Messages that are lost in any case. */
  isLost: (message: SyncMessage) => boolean = () => false;
  readonly #random: SimRandom;
  #underWay: { dueMs: number; to: ComparedServer; message: SyncMessage }[] = [];

  constructor(seed = 1) {
    this.#random = new SimRandom(seed);
  }

  /** Lets them meet: from now on each tells the other what its stream still has. */
  meet(): void {
    this.one.meet(this.two);
    this.two.meet(this.one);
  }

  run(ms: number): void {
    const { one, two } = this;
    const untilMs = this.nowMs + ms;
    for (; this.nowMs < untilMs; this.nowMs += stepMs) {
      const due = this.#underWay.filter((each) => each.dueMs <= this.nowMs);
      this.#underWay = this.#underWay.filter((each) => each.dueMs > this.nowMs);
      for (const { to, message } of due) to.receive(message, this.nowMs);
      for (const [from, to] of [
        [one, two],
        [two, one],
      ] as const) {
        from.turn(this.nowMs);
        for (const message of from.flush(this.nowMs)) this.#send(to, message);
      }
    }
  }

  assertEqual(): void {
    assert.deepEqual(this.one.contents(), this.two.contents());
  }

  #send(to: ComparedServer, message: SyncMessage): void {
    this.sent.push(message);
    if (this.isLost(message) || this.#random.fraction() < this.lossChance) return;
    this.#underWay.push({ dueMs: this.nowMs + wayMs, to, message });
  }
}

/** One of the two. */
export class ComparedServer {
  readonly id: string;
  readonly ref: ActorRef<SyncMessage>;
  readonly replica: Replica;
  readonly synchronizer: Synchronizer;
  readonly counters: RepairCounters = {
    sessions: 0,
    equal: 0,
    divergencesFound: 0,
    divergencesRepaired: 0,
  };
  readonly local: ChangeStream = new ChangeStream({ base: [] });
  readonly #remote: ChangeStream = new ChangeStream({ base: [] });
  readonly #comparison: Comparison;
  readonly #works: SlicedWork;
  #isWorkDue = false;
  #peer: RemotePeer | undefined;

  constructor(id: string, number: number) {
    this.id = id;
    this.ref = new ActorRef(`10.0.0.${number}:7000#boot.1`, 4);
    const random = new SimRandom(number);
    this.replica = new Replica({ uid: `${id}.1.1`, table: new ArenaTable(random), random });
    this.replica.isConfirmedByAll = () => false;
    this.synchronizer = new Synchronizer({
      replica: this.replica,
      self: this.ref,
      clock: { wallMs: () => 0, monotonicMs: () => 0 },
      told: undefined,
      mark: () => 0,
      released: () => 0,
      onNote: (_peer, note, nowMs) => this.#comparison.onNote(this.peer, note, nowMs),
    });
    this.#works = new SlicedWork(() => (this.#isWorkDue = true));
    const { known } = this.synchronizer;
    this.#comparison = new Comparison({
      replica: this.replica,
      known,
      moment: () => {
        const [localPosition, remotePosition] = [this.local.last, this.#remote.last];
        return { localPosition, remotePosition, known: known.vector.pairs() };
      },
      counters: this.counters,
      isReady: () => true,
      log: silentLog,
      bugs: [],
      works: this.#works,
    });
  }

  get peer(): RemotePeer {
    assert.ok(this.#peer !== undefined, 'the two have met');
    return this.#peer;
  }

  meet(other: ComparedServer): void {
    const sync = new SyncPeer({
      ref: other.ref,
      feeds: [new Feed({ name: 'local', stream: this.local })],
      keeps: this.#remote,
      isLocal: false,
    });
    this.#peer = new RemotePeer(sync, other.ref.address);
    const { id } = other;
    this.#peer.card = { id, incarnation: 1, at: id, isVolatile: false, isRemoved: false };
    this.synchronizer.addPeer(sync);
    // They introduce themselves.
    sync.addNote({ kind: 'time', wallMs: 0, delayMs: 0 });
  }

  put(key: string, value: string, nowMs: number): void {
    const { replica, synchronizer, local } = this;
    replica.begin(nowMs);
    replica.put(commandOf('SET', key, value), 1, 2, 0);
    local.append(replica.changes.place(replica.sequence));
    const claims = [[replica.uid, replica.sequence]] as const;
    synchronizer.known.raiseAll(claims, nowMs);
    local.claim(claims, nowMs);
  }

  /** Loses an entry of its table, as no server should. */
  lose(key: string): void {
    const reference = this.replica.find(commandOf('GET', key), 1);
    assert.ok(reference >= 0);
    this.replica.table.bury(reference);
    this.replica.table.dropTombstones(1);
    this.replica.changeCount += 1;
  }

  receive(message: SyncMessage, nowMs: number): void {
    this.replica.begin(nowMs);
    this.synchronizer.receive(message, nowMs);
  }

  /** What an actor does now and then. */
  turn(nowMs: number): void {
    this.replica.begin(nowMs);
    if (this.#isWorkDue) {
      this.#isWorkDue = false;
      this.#works.goOn();
    }
    if (nowMs % lookMs === 0) this.#comparison.look(this.peer, this.id, nowMs);
  }

  flush(nowMs: number): SyncMessage[] {
    const messages: SyncMessage[] = [];
    this.synchronizer.flush(nowMs, (_, message) => void messages.push(message));
    return messages;
  }

  /** Everything that it has, as `key=value`. */
  contents(): string[] {
    const { table } = this.replica;
    const bytes = Buffer.alloc(8_192);
    const found: string[] = [];
    table.scan(0, Infinity, (reference) => {
      const key = bytes.toString('latin1', 0, table.readKey(reference, bytes));
      const value = bytes.toString('latin1', 0, table.readValue(reference, bytes, 0));
      found.push(`${key}=${value}`);
    });
    return found.toSorted();
  }
}

const silentLog: Log = {
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
