import type { ActorContext } from '../../../actor/actor-kind.ts';
import type { ActorRef } from '../../../actor/actor-ref.ts';
import { VersionVector, type VectorPairs } from '../../version-vector.ts';
import { Alarm } from '../sync/alarm.ts';
import { ArenaTable } from '../arena/arena-table.ts';
import type { PlantedBugs } from '../planted-bugs.ts';
import type { QueryMessage } from './query-actor.ts';
import { Replica } from '../replica.ts';
import { SlicePacker } from '../home/snapshot-slices.ts';
import { answerCheck } from '../repair/answer-check.ts';
import { SlicedWork } from '../sync/sliced-work.ts';
import { streamOfAll } from '../sync/stream-of-all.ts';
import { Feed } from '../sync/feed.ts';
import { Knowledge } from '../sync/knowledge.ts';
import { LatenessHistogram } from '../sync/lateness-histogram.ts';
import type { SyncMessage } from '../sync/sync-message.ts';
import type { SyncNote } from '../sync/sync-note.ts';
import { SyncPeer } from '../sync/sync-peer.ts';
import { Synchronizer } from '../sync/synchronizer.ts';
import { WriteLog } from './write-log.ts';

/** What a query actor is told before it begins. */
export interface QueryBeginning {
  /** What is known from earlier lives. */
  readonly known: VectorPairs;
  /** The other query actors of the server. CMUD §5.1: they are told of each other at the start. */
  readonly peers: readonly ActorRef<SyncMessage>[];
  /** The remote-sync actor, and whether it is awake from the start. */
  readonly remoteSync: ActorRef<SyncMessage>;
  readonly isRemoteSyncAwake: boolean;
  /** There are others that it has not met: whether they have a tombstone cannot be asked yet. */
  readonly joins: boolean;
  readonly isJournaled: boolean;
  /** Nothing is shown to others before it is durable. */
  readonly waitsForDisk: boolean;
}

/**
 * The exchange of a query actor with the other actors of its server: its own writes go to each other query actor, to the
 * journal, and to the remote-sync actor, from which it has the writes of other servers.
 */
export class QueryExchange {
  readonly replica: Replica;
  readonly synchronizer: Synchronizer;
  readonly slices: SlicePacker;
  /** How late writes of other query actors and servers were seen here, by server of origin. */
  readonly lateness: LatenessHistogram = new LatenessHistogram();
  /** What takes long. */
  readonly works: SlicedWork;
  readonly #context: ActorContext<QueryMessage>;
  readonly #alarm: Alarm;
  readonly #bugs: PlantedBugs;
  #hasBegun = false;
  #joins = false;
  #waitsForDisk = false;
  /** At the last flush: when something was due next, up to where writes were looked at, and whether every peer lacked some. */
  #dueMs = Number.NEGATIVE_INFINITY;
  #flushedUpTo = 0;
  #areAllBehind = false;
  /** Own writes up to this one are durable. */
  #durableUpTo = 0;
  #remoteSync: SyncPeer | undefined;
  #wantsFill: { readonly peer: SyncPeer; readonly needed: VectorPairs } | undefined;
  /** What every replica of the cluster has; while there are no other servers, those of this one know it themselves. */
  readonly #confirmedByAll: Knowledge = new Knowledge();

  constructor(context: ActorContext<QueryMessage>, origin: string, bugs: PlantedBugs) {
    const { random } = context;
    this.#context = context;
    this.#bugs = bugs;
    this.works = new SlicedWork(() => context.tell(context.self, { type: 'work' }));
    this.replica = new Replica({ uid: origin, table: new ArenaTable(random), random, bugs });
    this.slices = new SlicePacker(this.replica);
    if (!bugs.includes('forgets tombstones early')) {
      this.replica.isConfirmedByAll = (of, sequence) => this.#isConfirmedByAll(of, sequence);
    }
    this.synchronizer = new Synchronizer({
      replica: this.replica,
      self: context.self,
      clock: context.clock,
      told: undefined,
      bugs,
      mark: () => (this.#waitsForDisk ? this.replica.sequence : 0),
      released: () => this.#durableUpTo,
      onNote: (peer, note) => this.#onNote(peer, note),
      onMerged: (_peer, _part, outcome, { version }) => {
        if (outcome !== 'applied') return;
        this.lateness.add(version.origin, this.replica.nowMs - version.wallMs);
      },
    });
    this.#alarm = new Alarm((delayMs) =>
      context.tellAfter(context.self, { type: 'sync due' }, delayMs),
    );
  }

  /** Takes over entries of an earlier life. */
  load(pack: Uint8Array): void {
    this.replica.load(pack);
  }

  begin(beginning: QueryBeginning): void {
    const { known, peers, remoteSync, isRemoteSyncAwake, joins } = beginning;
    const { isJournaled, waitsForDisk } = beginning;
    if (isJournaled) this.replica.log = new WriteLog(this.replica.origins);
    this.#hasBegun = true;
    this.#joins = joins;
    this.#waitsForDisk = waitsForDisk && !this.#bugs.includes('sends before durable');
    this.replica.changes.beginWith(known);
    this.synchronizer.known.raiseAll(known, 0);
    for (const ref of peers) this.#addPeer(ref, known);
    // With a journal it has our writes from there.
    if (isRemoteSyncAwake) this.#remoteSync = this.#addPeer(remoteSync, known, !isJournaled);
    this.#trim();
  }

  /** The remote-sync actor begins to take part. What it knows it will say. */
  meetRemoteSync(ref: ActorRef<SyncMessage>): void {
    this.#remoteSync ??= this.#addPeer(ref, [], this.replica.log === undefined);
  }

  receive(message: SyncMessage): void {
    this.synchronizer.receive(message, this.#context.clock.monotonicMs());
    this.#trim();
  }

  /** Sends what is due to other replicas now, and sees to it that the rest is sent in its time. */
  sync(): void {
    if (this.synchronizer.peerCount === 0) {
      this.#trim();
      return;
    }
    const nowMs = this.#context.clock.monotonicMs();
    this.#fillIfDue();
    this.#finishFill();
    const nextMs = this.synchronizer.flush(nowMs, (to, message) => this.#context.tell(to, message));
    this.#alarm.setFor(nextMs, nowMs);
    this.#dueMs = nextMs;
    this.#flushedUpTo = this.replica.changes.last;
    this.#areAllBehind = this.synchronizer.areAllBehind;
  }

  /**
   * `sync` after queries, which may have written something and nothing else. When every peer is behind already, more writes
   * change nothing about when it is told: to find that out anew after each query would cost as much as the query.
   */
  syncAfterQueries(): void {
    const isNothingNew = this.#areAllBehind || this.replica.changes.last === this.#flushedUpTo;
    if (isNothingNew && this.synchronizer.peerCount > 0) {
      if (this.#context.clock.monotonicMs() < this.#dueMs) return;
    }
    this.sync();
  }

  onSyncDue(): void {
    this.#alarm.rang();
  }

  onDurable(sequence: number): void {
    this.#durableUpTo = sequence;
    this.sync();
  }

  #addPeer(ref: ActorRef<SyncMessage>, known: VectorPairs, isTold = true): SyncPeer {
    const feeds = isTold ? [new Feed({ name: 'local', stream: this.replica.changes })] : [];
    const peer = new SyncPeer({ ref, feeds, isLocal: true, stepMs: 0 });
    peer.confirmed.raiseAll(known);
    for (const feed of feeds) feed.advance(peer.confirmed, this.#context.clock.monotonicMs());
    this.synchronizer.addPeer(peer);
    return peer;
  }

  #onNote(peer: SyncPeer, note: SyncNote): void {
    if (note.kind === 'confirmed by all') {
      this.#confirmedByAll.raiseAll(note.pairs, 0);
      this.replica.tombstoneHolders = note.holders;
    } else if (note.kind === 'check') this.#answerCheck(peer, note);
    else if (note.kind === 'fill me') this.#wantsFill = { peer, needed: note.needed };
  }

  /** What is known here, own writes among it. */
  knowledge(): VersionVector {
    const known = new VersionVector(this.synchronizer.known.vector.pairs());
    known.raise(this.replica.uid, this.replica.sequence);
    return known;
  }

  /** Says whether the remote-sync actor has the same. */
  #answerCheck(peer: SyncPeer, note: Extract<SyncNote, { kind: 'check' }>): void {
    const { replica } = this;
    const { known } = this.synchronizer;
    const knowledge = (): number => {
      known.raiseAll([[replica.uid, replica.sequence]], this.#context.clock.monotonicMs());
      return known.print();
    };
    answerCheck({ replica, works: this.works, knowledge }, note, (outcome) => {
      peer.addNote({ kind: 'checked', number: note.number, outcome });
    });
  }

  #fillIfDue(): void {
    if (this.#wantsFill === undefined) return;
    const { peer, needed } = this.#wantsFill;
    if (!this.knowledge().coversAll(new VersionVector(needed))) return;
    this.#wantsFill = undefined;
    this.#fill(peer);
  }

  /** Sends a peer everything, and what is known with it. */
  #fill(peer: SyncPeer): void {
    peer.startRepair(streamOfAll(this.replica.table, this.knowledge().pairs()));
  }

  /** Says when a peer that is being filled has everything. */
  #finishFill(): void {
    const peer = this.#remoteSync;
    const feed = peer?.feed('repair');
    if (peer === undefined || feed === undefined || feed.acked < feed.stream.last) return;
    peer.endRepair();
    peer.addNote({ kind: 'filled' });
  }

  #isConfirmedByAll(origin: string, sequence: number): boolean {
    // What is loaded comes in any order: a tombstone may stand before the value that it buries.
    if (!this.#hasBegun) return false;
    if (this.#remoteSync !== undefined || this.#joins) {
      return this.#confirmedByAll.vector.covers(origin, sequence);
    }
    // What a power cut takes must not have been believed by anybody, not even here.
    const isOwn = origin === this.replica.uid;
    if (isOwn && this.#waitsForDisk && sequence > this.#durableUpTo) return false;
    for (const peer of this.synchronizer.peers) {
      if (!peer.confirmed.covers(origin, sequence)) return false;
    }
    return true;
  }

  /** Forgets what everybody has. */
  #trim(): void {
    const { changes } = this.replica;
    let neededBehind = changes.last;
    for (const { feeds } of this.synchronizer.peers) {
      for (const feed of feeds) {
        if (feed.stream === changes) neededBehind = Math.min(neededBehind, feed.neededBehind);
      }
    }
    changes.trim(neededBehind);
  }
}
