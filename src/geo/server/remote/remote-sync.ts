import type { ActorContext } from '../../../actor/actor-kind.ts';
import { ActorRef } from '../../../actor/actor-ref.ts';
import { firstActorOf } from '../../../actor/first-actor.ts';
import { assert } from '../../../core/assert.ts';
import { geoLimits } from '../../../core/limits.ts';
import { VersionVector, type VectorPairs } from '../../version-vector.ts';
import { Alarm } from '../sync/alarm.ts';
import { ArenaTable } from '../arena/arena-table.ts';
import { Comparison } from './comparison.ts';
import { confirmedByAll } from './confirmations.ts';
import type { Durability, ServerIdentity, Trial } from '../geo-options.ts';
import { Members, type MemberCard } from './members.ts';
import type { QueryMessage } from '../query/query-actor.ts';
import type { RemoteSyncMessage } from './remote-sync-actor.ts';
import type { RemoteSyncOutput } from './remote-sync-lent.ts';
import { QueryComparison } from './query-comparison.ts';
import { RemotePeer } from './remote-peer.ts';
import { Replica } from '../replica.ts';
import { SlicedWork } from '../sync/sliced-work.ts';
import { ChangeStream } from '../sync/change-stream.ts';
import type { EntryPackReader } from '../sync/entry-pack-reader.ts';
import { Feed } from '../sync/feed.ts';
import { Knowledge } from '../sync/knowledge.ts';
import type { MemberReport } from './server-report.ts';
import type { SyncMessage, SyncPart } from '../sync/sync-message.ts';
import type { SyncNote } from '../sync/sync-note.ts';
import { SyncPeer } from '../sync/sync-peer.ts';
import { Synchronizer, type Arrival } from '../sync/synchronizer.ts';

/** What the remote-sync actor is told before it begins. */
export interface RemoteSyncBeginning {
  readonly clusterId: string;
  /** Where other servers reach this one: `host:port`. */
  readonly at: string;
  /** What is known from earlier lives, and which servers. */
  readonly known: VectorPairs;
  readonly members: readonly MemberCard[];
  readonly queryActors: readonly ActorRef<QueryMessage>[];
  readonly durability: Durability;
  /** Not ready before it has what some other server had when it was met. */
  readonly joins: boolean;
  /** Everything of earlier lives was loaded here too, and query actors were told of this one. */
  readonly isAwake: boolean;
}

/** The counters of repair, for operators. */
export interface RepairCounters {
  /** Sessions begun, and comparisons that said equal, or different although both know the same. */
  sessions: number;
  equal: number;
  different: number;
  /** Entries that another server had and we lacked, though we should have known them; and those of them that were merged. */
  divergencesFound: number;
  divergencesRepaired: number;
}

/**
 * The exchange of a server with all others, CMUD §5.2: a replica of its own that takes part in the local exchange, so that a
 * Put crosses the network once for each server and not once for each of its actors, and repairs, transfers and snapshots
 * cost the query actors nothing.
 *
 * What came from clients of this server goes to every other one (`local`). What came from other servers goes to the query
 * actors (`remote`), and to servers that have gone without it for a while: if A cannot reach C but both reach B, C has A's
 * writes from B.
 *
 * It sleeps, without a copy of anything, until there is another server: one that is alone needs none. Then it is filled by a
 * query actor.
 */
export class RemoteSync {
  readonly replica: Replica;
  readonly synchronizer: Synchronizer;
  readonly members: Members = new Members();
  readonly repairs: RepairCounters = {
    sessions: 0,
    equal: 0,
    different: 0,
    divergencesFound: 0,
    divergencesRepaired: 0,
  };
  readonly #context: ActorContext<RemoteSyncMessage, RemoteSyncOutput>;
  readonly #identity: ServerIdentity;
  readonly #trial: Trial;
  readonly #alarm: Alarm;
  readonly #comparison: Comparison;
  readonly #queryComparison: QueryComparison;
  readonly #works: SlicedWork;
  /** What is kept here, and told: others forget tombstones by it. */
  readonly #told: Knowledge = new Knowledge();
  readonly #local: ChangeStream = new ChangeStream({ base: [] });
  readonly #remote: ChangeStream = new ChangeStream({ base: [] });
  readonly #queryPeers: SyncPeer[] = [];
  readonly #remotePeers: Map<SyncPeer, RemotePeer> = new Map();
  #confirmed: Knowledge = new Knowledge();
  #confirmedMs = Number.NEGATIVE_INFINITY;
  #beginning: RemoteSyncBeginning | undefined;
  #state: 'asleep' | 'filling' | 'awake' = 'asleep';
  #isReady = false;
  /** What had to be known to be ready: what the first server that was met knew then. */
  #readyAt: VersionVector | undefined;
  #keysThere = 0;
  /** Since when members are away, in this life of ours. */
  readonly #awaySinceMs: Map<string, number> = new Map();
  /** Arrivals that wait for the disk, oldest first, by their tokens. */
  readonly #arrivals: { readonly token: number; readonly arrival: Arrival }[] = [];
  #token = 0;
  #releasedToken = 0;
  /** Own writes that are synced, where replies do not wait for that. */
  readonly #ownSynced: VersionVector = new VersionVector();

  constructor(
    context: ActorContext<RemoteSyncMessage, RemoteSyncOutput>,
    identity: ServerIdentity,
    trial: Trial,
  ) {
    const { random } = context;
    const { bugs } = trial;
    this.#trial = trial;
    this.#context = context;
    this.#identity = identity;
    const uid = `${identity.id}.${identity.incarnation}.0`;
    this.replica = new Replica({ uid, table: new ArenaTable(random), random, bugs });
    if (!bugs.includes('forgets tombstones early')) {
      this.replica.isConfirmedByAll = (origin, sequence) =>
        this.#confirmed.vector.covers(origin, sequence);
    }
    this.synchronizer = new Synchronizer({
      replica: this.replica,
      self: context.self,
      clock: context.clock,
      told: this.#told,
      bugs,
      mark: () => (this.#waitsForDisk ? this.#token : 0),
      released: () => this.#releasedToken,
      onArrival: (arrival) => this.#onArrival(arrival),
      onNote: (peer, note, nowMs) => this.#onNote(peer, note, nowMs),
      onMerged: (peer, part, outcome, entry) => {
        if (part.stream === 'repair' && outcome === 'applied') this.#onRepaired(peer, part, entry);
      },
    });
    this.#alarm = new Alarm((delayMs) =>
      context.tellAfter(context.self, { type: 'sync due' }, delayMs),
    );
    this.#works = new SlicedWork(() => context.tell(context.self, { type: 'work' }));
    this.#queryComparison = new QueryComparison({
      replica: this.replica,
      known: this.synchronizer.known,
      counters: this.repairs,
      log: context.log,
      works: this.#works,
    });
    this.#comparison = new Comparison({
      replica: this.replica,
      known: this.synchronizer.known,
      moment: () => ({
        localPosition: this.#local.last,
        remotePosition: this.#remote.last,
        known: this.synchronizer.known.vector.pairs(),
      }),
      counters: this.repairs,
      log: context.log,
      bugs,
      works: this.#works,
    });
  }

  get remotePeers(): Iterable<RemotePeer> {
    return this.#remotePeers.values();
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  get isAwake(): boolean {
    return this.#state !== 'asleep';
  }

  /** Whether everything that the query actors have is, or is coming, here. */
  get isFilled(): boolean {
    return this.#state === 'awake';
  }

  /** How many keys the server had that everything is got from; 0 if that is not known. */
  get keysThere(): number {
    return this.#keysThere;
  }

  begin(beginning: RemoteSyncBeginning): void {
    const { known, members, joins, isAwake } = beginning;
    this.#beginning = beginning;
    this.#local.beginWith(known);
    this.#remote.beginWith(known);
    this.synchronizer.known.raiseAll(known, 0);
    this.#told.raiseAll(known, 0);
    for (const card of members) this.members.add(card);
    this.#addMember(this.#card());
    for (const { at, id } of this.members.present()) {
      if (id !== this.#identity.id) this.#context.emit({ kind: 'dial', at });
    }
    const others = this.members.present().length - 1;
    this.#isReady = !joins && others === 0;
    if (this.#isReady) this.#context.emit({ kind: 'ready' });
    if (isAwake || others > 0) this.#wake();
  }

  /** Messages to the system at `address` pass from now on. */
  onPeerUp(address: string): void {
    const ref = firstActorOf(address) as ActorRef<SyncMessage> | undefined;
    if (ref === undefined || this.#beginning === undefined) return;
    this.#wake();
    const nowMs = this.#context.clock.monotonicMs();
    const known = this.synchronizer.findPeer(ref);
    const peer = known ?? this.#meet(ref, address);
    if (known !== undefined) known.restart(nowMs);
    peer.isAway = this.#state !== 'awake';
    this.#greet(peer);
  }

  onPeerDown(address: string): void {
    for (const { sync, address: known } of this.#remotePeers.values()) {
      if (known === address) sync.isAway = true;
    }
  }

  receive(message: SyncMessage): void {
    const nowMs = this.#context.clock.monotonicMs();
    const isStranger = this.synchronizer.findPeer(message.from) === undefined;
    // Its link to us is up, and ours to it will be.
    if (isStranger && this.#beginning !== undefined && !this.#context.isLocal(message.from)) {
      this.#wake();
      this.#meet(message.from, message.from.address).isAway = this.#state !== 'awake';
    }
    this.synchronizer.receive(message, nowMs);
    this.#look(nowMs);
  }

  /** The journal has writes of a query actor of this server: with it they come from there, and need no messages. */
  onWritten(origin: string, upTo: number, pack: Uint8Array): void {
    const nowMs = this.#context.clock.monotonicMs();
    const claims: VectorPairs = [[origin, upTo]];
    this.synchronizer.takeWritten(pack, claims, this.#local, nowMs);
    // Whoever wrote it has it, and never says so.
    const { id, incarnation } = this.#identity;
    const writer = this.#queryPeers.find(
      (_, index) => origin === `${id}.${incarnation}.${index + 1}`,
    );
    writer?.confirmed.raiseAll(claims);
    this.#tellOwn(claims, nowMs);
  }

  /** Everything that arrived up to `token` is durable, and so are these own writes. */
  onKept(token: number, own: VectorPairs): void {
    const nowMs = this.#context.clock.monotonicMs();
    this.#releasedToken = token;
    while (this.#arrivals[0] !== undefined && this.#arrivals[0].token <= token) {
      const first = this.#arrivals.shift();
      if (first !== undefined) this.#keep(first.arrival, nowMs);
    }
    this.#ownSynced.raiseAll(own);
    this.#tellOwn(own, nowMs);
  }

  /** Sends what is due, and sees to it that the rest is sent in its time. */
  sync(): void {
    if (this.#state === 'asleep') return;
    const { clock } = this.#context;
    const nowMs = clock.monotonicMs();
    const nextMs = this.synchronizer.flush(nowMs, (to, message) => {
      const peer = this.#remotePeers.get(this.synchronizer.findPeer(to) as SyncPeer);
      if (peer !== undefined) {
        message.notes.push({ kind: 'time', wallMs: clock.wallMs(), delayMs: peer.delayHereMs });
      }
      this.#context.tell(to, message);
    });
    this.#alarm.setFor(Math.min(nextMs, this.#lookMs(nowMs)), nowMs);
  }

  onSyncDue(): void {
    this.#alarm.rang();
    this.#look(this.#context.clock.monotonicMs());
  }

  /** A slice of what takes long. */
  work(): void {
    this.#works.goOn();
  }

  /** Nobody waits for the server any more, here and, soon, everywhere. Whether it was a member. */
  forget(id: string): boolean {
    const card = this.members.find(id);
    if (card === undefined || card.isRemoved || id === this.#identity.id) return false;
    this.#addMember({ ...card, isRemoved: true });
    for (const { sync } of this.#remotePeers.values()) this.#greet(sync);
    return true;
  }

  /** Waited long enough: what it has is what it begins with. */
  giveUpWaiting(): void {
    this.#becomeReady();
  }

  /** Which servers have not confirmed the tombstone that was buried first: they hold back all of them. */
  holdersOfTombstones(): string[] {
    const reference = this.replica.table.firstTombstone();
    if (reference < 0) return [];
    const { origin, sequence } = this.replica.versionOf(reference);
    const uid = this.replica.origins.uid(origin);
    return this.members
      .present()
      .filter(({ id }) => id !== this.#identity.id && !this.#vectorOf(id).covers(uid, sequence))
      .map(({ id }) => id);
  }

  /** All servers of the cluster, this one first. */
  memberReports(): MemberReport[] {
    const holders = new Set(this.holdersOfTombstones());
    const nowMs = this.#context.clock.monotonicMs();
    const reports = this.members.cards().map((card): MemberReport => {
      const { id, incarnation, at, isRemoved } = card;
      const remote = this.#remoteOf(id);
      const feed = remote?.sync.feed('local');
      const claimedMs = feed?.isPlaced === true ? this.#local.claimedMs(feed.acked) : undefined;
      return {
        id,
        incarnation,
        at,
        state: this.#memberState(card, remote),
        lagMs: claimedMs === undefined ? 0 : nowMs - claimedMs,
        dirtyKeys: id === this.#identity.id ? 0 : (feed?.pending ?? this.#local.last),
        skewMs: remote?.skewMs,
        equalAtMs: remote?.equalAtMs ?? 0,
        holdsTombstones: !isRemoved && holders.has(id),
      };
    });
    return reports.toSorted((one, other) =>
      one.state === 'self' ? -1 : other.state === 'self' ? 1 : 0,
    );
  }

  #memberState(
    { id, isRemoved }: MemberCard,
    remote: RemotePeer | undefined,
  ): MemberReport['state'] {
    if (id === this.#identity.id) return 'self';
    if (isRemoved) return 'removed';
    if (remote === undefined || remote.sync.isAway) return 'away';
    return remote.session !== undefined || !remote.sync.hasSpoken ? 'meeting' : 'up';
  }

  get #waitsForDisk(): boolean {
    return this.#beginning?.durability === 'fsync';
  }

  #card(): MemberCard {
    const { id, incarnation } = this.#identity;
    assert(this.#beginning !== undefined, 'the server has begun');
    const { at, durability } = this.#beginning;
    return { id, incarnation, at, isVolatile: durability === 'memory', isRemoved: false };
  }

  #wake(): void {
    if (this.#state !== 'asleep' || this.#beginning === undefined) return;
    const { queryActors, isAwake, known } = this.#beginning;
    const awake = { kind: 'awake' as const, needed: [] as VectorPairs };
    this.#context.emit(awake);
    for (const ref of queryActors) {
      const feed = new Feed({ name: 'remote', stream: this.#remote });
      feed.startAt(0);
      const peer = new SyncPeer({ ref, feeds: [feed], keeps: this.#local, isLocal: true });
      peer.confirmed.raiseAll(known);
      this.#queryPeers.push(peer);
      this.synchronizer.addPeer(peer);
      if (!isAwake) {
        this.#context.tell(ref, { type: 'remote sync', ref: this.#context.self });
        // It counts as any other: CMUD §5.1.
        peer.onSent(this.#context.clock.monotonicMs());
      }
    }
    this.#state = isAwake ? 'awake' : 'filling';
    if (!isAwake) this.#queryPeers[0]?.addNote({ kind: 'fill me', needed: [...awake.needed] });
  }

  #onFilled(): void {
    if (this.#state !== 'filling') return;
    this.#state = 'awake';
    for (const { sync } of this.#remotePeers.values()) sync.isAway = false;
  }

  #meet(ref: ActorRef<SyncMessage>, address: string): SyncPeer {
    const feeds = [
      new Feed({ name: 'local', stream: this.#local }),
      new Feed({ name: 'remote', stream: this.#remote, delayMs: geoLimits.syncRelayMs }),
    ];
    const peer = new SyncPeer({ ref, feeds, keeps: this.#remote, isLocal: false });
    // Not before it has said who it is.
    peer.isRefused = true;
    this.synchronizer.addPeer(peer);
    this.#remotePeers.set(peer, new RemotePeer(peer, address));
    this.#greet(peer);
    return peer;
  }

  #greet(peer: SyncPeer): void {
    assert(this.#beginning !== undefined, 'the server has begun');
    const remote = this.#remotePeers.get(peer);
    if (remote !== undefined) remote.greetedMs = this.#context.clock.monotonicMs();
    peer.addNote({
      kind: 'greeting',
      clusterId: this.#beginning.clusterId,
      self: this.#card(),
      members: this.members.cards(),
      keys: this.replica.table.size,
      hearsYou: remote?.card !== undefined,
    });
  }

  #onNote(peer: SyncPeer, note: SyncNote, nowMs: number): void {
    if (note.kind === 'filled') return this.#onFilled();
    const remote = this.#remotePeers.get(peer);
    if (remote === undefined) {
      if (note.kind === 'checked') this.#queryComparison.onChecked(peer, note);
      return;
    }
    if (note.kind === 'greeting') return this.#onGreeting(remote, note);
    if (peer.isRefused) return;
    if (note.kind === 'time') {
      remote.onTime(note.wallMs, note.delayMs, this.#context.clock.wallMs());
    } else this.#comparison.onNote(remote, note, nowMs);
  }

  #onGreeting(remote: RemotePeer, note: Extract<SyncNote, { kind: 'greeting' }>): void {
    const { log } = this.#context;
    const { self, members, clusterId } = note;
    const refuse = (reason: string): void => {
      remote.sync.isRefused = true;
      log.error('server refused', { peer: self.at, id: self.id, reason });
    };
    if (clusterId !== this.#beginning?.clusterId) return refuse('it is of another cluster');
    if (self.id === this.#identity.id) {
      return refuse('it has our id: two servers run on copies of one data folder');
    }
    if ((this.members.find(self.id)?.incarnation ?? 0) > self.incarnation) {
      return refuse('it has begun another life since');
    }
    remote.card = self;
    this.#forgetOtherLives(remote);
    if (!note.hearsYou) this.#greet(remote.sync);
    let isNews = false;
    for (const card of [self, ...members]) isNews = this.#addMember(card) || isNews;
    for (const id of this.members.endedBy(self)) isNews = this.forget(id) || isNews;
    if (this.members.find(self.id)?.isRemoved === true) {
      refuse('it was away for too long and has to start afresh');
      // What it is to know about itself is in our greeting.
      this.#greet(remote.sync);
      return;
    }
    remote.sync.isRefused = false;
    if (this.#readyAt === undefined && note.keys >= 0) this.#keysThere = note.keys;
    if (isNews) for (const other of this.#remotePeers.values()) this.#greet(other.sync);
  }

  /** A server lives one life at a time: what was remembered for an earlier one is over. */
  #forgetOtherLives(remote: RemotePeer): void {
    for (const [sync, other] of this.#remotePeers) {
      if (other === remote || other.card?.id !== remote.card?.id) continue;
      this.#remotePeers.delete(sync);
      this.synchronizer.removePeer(sync);
    }
  }

  /** Whether that was news. */
  #addMember(card: MemberCard): boolean {
    if (!this.members.add(card)) return false;
    const { id } = this.#identity;
    const known = this.members.find(card.id);
    if (card.id === id && known?.isRemoved === true) this.#context.emit({ kind: 'removed' });
    if (card.id !== id && known?.isRemoved === false) {
      this.#context.emit({ kind: 'dial', at: known.at });
    }
    this.#context.emit({ kind: 'members', cards: this.members.cards() });
    return true;
  }

  #onArrival(arrival: Arrival): void {
    const { bugs } = this.#trial;
    const { part, claims, peer } = arrival;
    const nowMs = this.#context.clock.monotonicMs();
    if (peer.isLocal) {
      // The journal has it already, from the query actor itself.
      this.synchronizer.settle(arrival, nowMs);
      this.#tellOwn(claims, nowMs);
      return;
    }
    if (this.#beginning?.durability === 'memory') return this.#keep(arrival, nowMs);
    if (bugs.includes('confirms before durable')) this.#keep(arrival, nowMs);
    if (part.entries.length === 0 && claims.length === 0) {
      this.synchronizer.settle(arrival, nowMs);
      return;
    }
    this.#token += 1;
    this.#arrivals.push({ token: this.#token, arrival });
    this.#context.emit({ kind: 'arrival', token: this.#token, claims, entries: part.entries });
  }

  #keep(arrival: Arrival, nowMs: number): void {
    this.synchronizer.settle(arrival, nowMs);
    this.#told.raiseAll(arrival.claims, nowMs);
  }

  /**
   * Writes of our query actors are told as known when they are here and synced, whatever clients were told. The journal has
   * them from the query actors, and may have them before us: who believed that we have them would not send them.
   */
  #tellOwn(pairs: VectorPairs, nowMs: number): void {
    const { vector } = this.synchronizer.known;
    const mayBeUnsynced = this.#beginning?.durability === 'interval';
    const kept = pairs.map(([origin]) => {
      const sequence = vector.sequenceOf(origin);
      const synced = mayBeUnsynced ? this.#ownSynced.sequenceOf(origin) : sequence;
      return [origin, Math.min(sequence, synced)] as const;
    });
    this.#told.raiseAll(kept, nowMs);
  }

  /** An entry came that was missing though everything up to it was known: a bug of ours, which must be loud. */
  #onRepaired(peer: SyncPeer, part: SyncPart, entry: EntryPackReader): void {
    // What is taken over at the waking is not here yet, though the journal may have told of what came after it.
    if (this.#state === 'filling') return;
    // A tombstone that all have confirmed is forgotten by one sooner than by another.
    if (entry.isTombstone) return;
    const { origins, nowMs } = this.replica;
    const { origin, sequence } = entry.version;
    const uid = origins.uid(origin);
    if (!this.synchronizer.known.vector.covers(uid, sequence)) return;
    // Whose time is over is buried by each clock in its own time.
    if (entry.expiryMs !== 0 && entry.expiryMs <= nowMs + 2 * geoLimits.clockSkewMs) return;
    this.repairs.divergencesFound += 1;
    this.repairs.divergencesRepaired += 1;
    this.#context.log.error('divergence repaired', {
      peer: peer.ref.address,
      session: part.session,
      origin: uid,
      sequence,
    });
  }

  /** What is to be looked after now and then: whom to compare with, what all have, what is not needed any more. */
  #look(nowMs: number): void {
    if (this.#state !== 'awake') return;
    for (const remote of this.#remotePeers.values()) {
      const isSilent = remote.card === undefined && !remote.sync.isAway;
      if (isSilent && nowMs - remote.greetedMs >= geoLimits.repairAskMs) this.#greet(remote.sync);
      this.#comparison.look(remote, this.#identity.id, nowMs);
    }
    this.#queryComparison.look(this.#queryPeers, nowMs);
    if (nowMs - this.#confirmedMs >= geoLimits.confirmedByAllMs) this.#confirm(nowMs);
    if (!this.#isReady) this.#checkReady();
    this.#removeLost(nowMs);
    this.#trim();
  }

  #lookMs(nowMs: number): number {
    const others = this.members.present().length > 1;
    const isBusy = this.replica.table.tombstoneCount > 0 || !this.#isReady;
    if (others) return nowMs + geoLimits.lookMs;
    return isBusy ? nowMs + geoLimits.lookMs : Infinity;
  }

  /**
   * A member that was away for too long is removed, if most of the members are here: so of two halves that do not reach each
   * other at most one removes the other.
   */
  #removeLost(nowMs: number): void {
    const present = this.members.present();
    const away = present.filter((card) => {
      const remote = this.#remoteOf(card.id);
      return card.id !== this.#identity.id && (remote === undefined || remote.sync.isAway);
    });
    for (const { id } of present) {
      if (!away.some((card) => card.id === id)) this.#awaySinceMs.delete(id);
    }
    if (2 * (present.length - away.length) <= present.length) return;
    for (const { id, at } of away) {
      const sinceMs = this.#awaySinceMs.get(id) ?? nowMs;
      this.#awaySinceMs.set(id, sinceMs);
      if (nowMs - sinceMs < geoLimits.memberAwayMsMax) continue;
      this.#context.log.warn('server removed: it was away for too long', { id, at });
      this.forget(id);
    }
  }

  #remoteOf(id: string): RemotePeer | undefined {
    return [...this.#remotePeers.values()].find(({ card }) => card?.id === id);
  }

  /** Works out what every replica of the cluster has, and tells the query actors. */
  #confirm(nowMs: number): void {
    // Before it has met anybody it does not know whom it has to ask.
    if (!this.#isReady) return;
    this.#confirmedMs = nowMs;
    const vectors = [this.#told.vector, ...this.#queryPeers.map(({ confirmed }) => confirmed)];
    for (const { id } of this.members.present()) {
      if (id !== this.#identity.id) vectors.push(this.#vectorOf(id));
    }
    const news = this.#confirmed.raiseAll(confirmedByAll(vectors), nowMs);
    const holders = this.holdersOfTombstones();
    const { tombstoneHolders } = this.replica;
    if (news.length === 0 && holders.join() === tombstoneHolders.join()) return;
    this.replica.tombstoneHolders = holders;
    const pairs = [...this.#confirmed.vector.pairs()];
    for (const peer of this.#queryPeers) peer.addNote({ kind: 'confirmed by all', pairs, holders });
  }

  /** What a server said of itself in this life of ours. */
  #vectorOf(id: string): VersionVector {
    for (const { card, sync } of this.#remotePeers.values()) {
      if (card?.id === id && !sync.isRefused) return sync.confirmed;
    }
    return new VersionVector();
  }

  #checkReady(): void {
    if (this.#readyAt === undefined) {
      for (const { sync } of this.#remotePeers.values()) {
        if (!sync.isRefused && sync.hasSpoken) {
          this.#readyAt = new VersionVector(sync.confirmed.pairs());
          break;
        }
      }
    }
    const target = this.#readyAt;
    if (target === undefined || !this.synchronizer.known.vector.coversAll(target)) return;
    if (this.#queryPeers.every(({ confirmed }) => confirmed.coversAll(target))) this.#becomeReady();
  }

  #becomeReady(): void {
    if (this.#isReady) return;
    this.#isReady = true;
    this.#context.emit({ kind: 'ready' });
  }

  /** Forgets changes that everybody has. For servers that are away so many are kept, and then the difference is looked for. */
  #trim(): void {
    for (const stream of [this.#local, this.#remote]) {
      let neededBehind = stream.last;
      for (const { feeds } of this.#queryPeers) {
        for (const feed of feeds) {
          if (feed.stream === stream) neededBehind = Math.min(neededBehind, feed.neededBehind);
        }
      }
      const keptBehind = stream.last - this.#trial.changesHeldMax;
      neededBehind = Math.min(neededBehind, Math.max(keptBehind, this.#neededByServers(stream)));
      stream.trim(neededBehind);
    }
  }

  #neededByServers(stream: ChangeStream): number {
    // Whom it is about to meet lacks all of it: what clients wrote before that would wait until the difference is found.
    if (!this.#isReady) return 0;
    let neededBehind = stream.last;
    const met = new Set<string>();
    for (const { card, sync } of this.#remotePeers.values()) {
      if (card !== undefined) met.add(card.id);
      const feed = sync.feeds.find((each) => each.stream === stream);
      if (feed !== undefined) neededBehind = Math.min(neededBehind, feed.neededBehind);
    }
    const isAnyAway = this.members
      .present()
      .some(({ id }) => id !== this.#identity.id && !met.has(id));
    return isAnyAway ? 0 : neededBehind;
  }
}
