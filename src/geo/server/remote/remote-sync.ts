import type { ActorContext } from '../../../actor/actor-kind.ts';
import { firstActorOf } from '../../../actor/first-actor.ts';
import { geoLimits } from '../../../core/limits.ts';
import type { VectorPairs } from '../../version-vector.ts';
import type { ServerIdentity, Trial } from '../geo-options.ts';
import { SlicePacker } from '../home/snapshot-slices.ts';
import type { Replica } from '../replica.ts';
import { Alarm } from '../sync/alarm.ts';
import { ChangeStream } from '../sync/change-stream.ts';
import type { EntryPackReader } from '../sync/entry-pack-reader.ts';
import { Knowledge } from '../sync/knowledge.ts';
import { SlicedWork } from '../sync/sliced-work.ts';
import type { SyncMessage, SyncPart } from '../sync/sync-message.ts';
import type { SyncNote } from '../sync/sync-note.ts';
import type { SyncPeer } from '../sync/sync-peer.ts';
import { passOnBehind } from '../sync/step.ts';
import { Synchronizer } from '../sync/synchronizer.ts';
import { Arrivals } from './arrivals.ts';
import { Cluster, type ClusterOptions } from './cluster.ts';
import { Comparison } from './comparison.ts';
import { Confirmations } from './confirmations.ts';
import { noteRepaired } from './divergence.ts';
import { newQueryPeer, newServerPeer, type ServerStreams } from './new-peers.ts';
import { QueryComparison } from './query-comparison.ts';
import { Readiness } from './readiness.ts';
import type { RemoteSyncBeginning, RemoteSyncLife, RepairCounters } from './remote-sync-life.ts';
import type { RemoteSyncMessage } from './remote-sync-actor.ts';
import type { RemoteSyncOutput } from './remote-sync-lent.ts';
import { trimStream } from './trim-stream.ts';

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
  readonly slices: SlicePacker;
  readonly cluster: Cluster;
  readonly readiness: Readiness;
  readonly confirmations: Confirmations;
  readonly repairs: RepairCounters = {
    sessions: 0,
    equal: 0,
    divergencesFound: 0,
    divergencesRepaired: 0,
  };
  readonly local: ChangeStream = new ChangeStream({ base: [] });
  readonly #remote: ChangeStream = new ChangeStream({ base: [] });
  readonly #streams: ServerStreams = { local: this.local, remote: this.#remote };
  readonly #context: ActorContext<RemoteSyncMessage, RemoteSyncOutput>;
  readonly #identity: ServerIdentity;
  readonly #beginning: RemoteSyncBeginning;
  readonly #trial: Trial;
  readonly #alarm: Alarm;
  readonly #works: SlicedWork;
  readonly #arrivals: Arrivals;
  readonly #comparison: Comparison;
  readonly #queryComparison: QueryComparison;
  /** What is kept here, and told: others forget tombstones by it. */
  readonly #told: Knowledge = new Knowledge();
  readonly #queryPeers: SyncPeer[] = [];
  #state: 'asleep' | 'filling' | 'awake' = 'asleep';

  constructor(
    context: ActorContext<RemoteSyncMessage, RemoteSyncOutput>,
    { identity, trial, replica }: RemoteSyncLife,
    beginning: RemoteSyncBeginning,
  ) {
    const { bugs } = trial;
    const { known, durability } = beginning;
    this.#trial = trial;
    this.#context = context;
    this.#identity = identity;
    this.#beginning = beginning;
    this.replica = replica;
    this.slices = new SlicePacker(replica);
    this.readiness = new Readiness(() => context.emit({ kind: 'ready' }));
    this.confirmations = new Confirmations(replica, this.#told);
    if (!bugs.includes('forgets tombstones early')) {
      replica.isConfirmedByAll = (origin, sequence) => this.confirmations.cover(origin, sequence);
    }
    this.synchronizer = this.#newSynchronizer();
    for (const stream of [this.local, this.#remote]) stream.beginWith(known);
    for (const knowledge of [this.synchronizer.known, this.#told]) knowledge.raiseAll(known, 0);
    this.#arrivals = new Arrivals({
      durability,
      known: this.synchronizer.known,
      told: this.#told,
      write: (token, { claims, entries }) =>
        context.emit({ kind: 'arrival', token, claims, entries }),
      settle: (arrival, nowMs) => this.synchronizer.settle(arrival, nowMs),
      bugs,
    });
    this.#alarm = new Alarm((delayMs) =>
      context.tellAfter(context.self, { type: 'sync due' }, delayMs),
    );
    this.#works = new SlicedWork(() => context.tell(context.self, { type: 'work' }));
    const shared = {
      replica,
      known: this.synchronizer.known,
      counters: this.repairs,
      log: context.log,
      works: this.#works,
    };
    this.#queryComparison = new QueryComparison(shared);
    this.#comparison = new Comparison({
      isReady: () => this.readiness.isReady,
      ...shared,
      moment: () => ({
        localPosition: this.local.last,
        remotePosition: this.#remote.last,
        known: this.synchronizer.known.vector.pairs(),
      }),
      bugs,
    });
    this.cluster = this.#newCluster();
    this.#begin();
  }

  get identity(): ServerIdentity {
    return this.#identity;
  }

  get isAwake(): boolean {
    return this.#state !== 'asleep';
  }

  /** Whether everything that the query actors have is, or is coming, here. */
  get isFilled(): boolean {
    return this.#state === 'awake';
  }

  get nowMs(): number {
    return this.#context.clock.monotonicMs();
  }

  /** Messages to the system at `address` pass from now on. */
  onPeerUp(address: string): void {
    const ref = firstActorOf<SyncMessage>(address);
    if (ref === undefined) return;
    this.#wake();
    const known = this.synchronizer.findPeer(ref);
    const peer = known ?? this.cluster.meet(ref);
    known?.restart(this.nowMs);
    peer.isAway = this.#state !== 'awake';
    if (known !== undefined) this.cluster.greet(peer);
  }

  onPeerDown(address: string): void {
    this.cluster.onAway(address);
  }

  receive(message: SyncMessage): void {
    const { nowMs } = this;
    const isStranger = this.synchronizer.findPeer(message.from) === undefined;
    // Its link to us is up, and ours to it will be.
    if (isStranger && !this.#context.isLocal(message.from)) {
      this.#wake();
      this.cluster.meet(message.from).isAway = this.#state !== 'awake';
    }
    this.synchronizer.receive(message, nowMs);
    passOnBehind(this.#queryPeers, this.cluster.syncs, nowMs);
    passOnBehind(this.cluster.syncs, this.#queryPeers, nowMs);
    this.#look(nowMs);
  }

  /** The journal has writes of a query actor of this server: with it they come from there, and need no messages. */
  onWritten(origin: string, upTo: number, pack: Uint8Array): void {
    const { nowMs } = this;
    const claims: VectorPairs = [[origin, upTo]];
    this.synchronizer.takeWritten(pack, claims, this.local, nowMs);
    // Whoever wrote it has it, and never says so.
    this.#queryPeers[Number(origin.split('.')[2]) - 1]?.confirmed.raiseAll(claims);
    this.#arrivals.tellOwn(claims, nowMs);
  }

  /** Everything that arrived up to `token` is durable, and so are these own writes. */
  onKept(token: number, own: VectorPairs): void {
    this.#arrivals.onKept(token, own, this.nowMs);
  }

  /** Sends what is due, and sees to it that the rest is sent in its time. */
  sync(): void {
    if (this.#state === 'asleep') return;
    const { nowMs } = this;
    const nextMs = this.synchronizer.flush(nowMs, (to, message) => {
      const peer = this.synchronizer.findPeer(to);
      const remote = peer === undefined ? undefined : this.cluster.findRemote(peer);
      remote?.addTime(message, this.#context.clock.wallMs());
      this.#context.tell(to, message);
    });
    this.#alarm.setFor(Math.min(nextMs, this.#lookMs(nowMs)), nowMs);
  }

  onSyncDue(): void {
    this.#alarm.rang();
    this.#look(this.nowMs);
  }

  /** A slice of what takes long. */
  work(): void {
    this.#works.goOn();
  }

  #newSynchronizer(): Synchronizer {
    const { self, clock } = this.#context;
    return new Synchronizer({
      replica: this.replica,
      self,
      clock,
      told: this.#told,
      bugs: this.#trial.bugs,
      mark: () => this.#arrivals.mark,
      released: () => this.#arrivals.released,
      onArrival: (arrival) => {
        this.#comparison.onArrival(this.cluster.findRemote(arrival.peer), arrival);
        this.#arrivals.onArrival(arrival, this.nowMs);
      },
      onNote: (peer, note, nowMs) => this.#onNote(peer, note, nowMs),
      onMerged: (peer, part, outcome, entry) => {
        if (part.stream === 'repair' && outcome === 'applied') this.#onRepaired(peer, part, entry);
      },
    });
  }

  #newCluster(): Cluster {
    const context = this.#context;
    const { clock, log } = context;
    const { clusterId, at, durability, members } = this.#beginning;
    const isVolatile = durability === 'memory';
    const options: ClusterOptions = {
      clusterId,
      self: { ...this.#identity, at, isVolatile, isRemoved: false },
      clock,
      log,
      newPeer: (ref) => this.synchronizer.addPeer(newServerPeer(ref, this.#streams)),
      onGone: (peer) => this.synchronizer.removePeer(peer),
      keys: () => this.replica.table.size,
      onMet: (keys) => this.readiness.onMet(keys),
      onMembers: (cards, number) => context.emit({ kind: 'members', number, cards }),
      dial: (address) => context.emit({ kind: 'dial', at: address }),
      onRemoved: () => context.emit({ kind: 'removed' }),
    };
    return new Cluster(options, members);
  }

  #begin(): void {
    const { joins, isAwake } = this.#beginning;
    const isAlone = this.cluster.others().length === 0;
    if (!joins && isAlone) this.readiness.become();
    if (isAwake || !isAlone) this.#wake();
  }

  #wake(): void {
    if (this.#state !== 'asleep') return;
    const { queryActors, isAwake, known } = this.#beginning;
    const awake = { kind: 'awake' as const, needed: [] as VectorPairs };
    this.#context.emit(awake);
    for (const ref of queryActors) {
      const peer = newQueryPeer(ref, this.#streams, known);
      this.#queryPeers.push(peer);
      this.synchronizer.addPeer(peer);
      if (!isAwake) {
        this.#context.tell(ref, { type: 'remote sync', ref: this.#context.self });
        // It counts as any other: CMUD §5.1.
        peer.onSent(this.nowMs);
      }
    }
    this.#state = isAwake ? 'awake' : 'filling';
    if (!isAwake) this.#queryPeers[0]?.addNote({ kind: 'fill me', needed: [...awake.needed] });
  }

  #onFilled(): void {
    if (this.#state !== 'filling') return;
    this.#state = 'awake';
    for (const { sync } of this.cluster.remotes) sync.isAway = false;
  }

  #onNote(peer: SyncPeer, note: SyncNote, nowMs: number): void {
    if (note.kind === 'filled') return this.#onFilled();
    const remote = this.cluster.findRemote(peer);
    if (remote === undefined) {
      if (note.kind === 'checked') this.#queryComparison.onChecked(peer, note);
      return;
    }
    if (note.kind === 'greeting') return this.cluster.onGreeting(remote, note);
    if (peer.isRefused) return;
    if (note.kind === 'time') {
      remote.onTime(note.wallMs, note.delayMs, this.#context.clock.wallMs());
    } else this.#comparison.onNote(remote, note, nowMs);
  }

  #onRepaired(peer: SyncPeer, part: SyncPart, entry: EntryPackReader): void {
    // What is taken over at the waking is not here yet, though the journal may have told of what came after it.
    if (this.#state === 'filling') return;
    noteRepaired(
      entry,
      { peer: peer.ref.address, session: part.session },
      {
        replica: this.replica,
        known: this.synchronizer.known.vector,
        counters: this.repairs,
        log: this.#context.log,
      },
    );
  }

  /** What is to be looked after now and then: whom to compare with, what all have, what is not needed any more. */
  #look(nowMs: number): void {
    if (this.#state !== 'awake') return;
    this.cluster.greetSilent(nowMs);
    for (const remote of this.cluster.remotes) {
      if (remote.sync.isAway) this.synchronizer.breakOff(remote.sync);
      this.#comparison.look(remote, this.#identity.id, nowMs);
    }
    // What is on its way to them they may lack.
    const haveAll = this.#queryPeers.every(
      (peer) => peer.feed('remote')?.acked === this.#remote.last,
    );
    if (haveAll) this.#queryComparison.look(this.#queryPeers, nowMs);
    // Before it has met anybody it does not know whom it has to ask.
    if (this.readiness.isReady) this.confirmations.look(this.cluster, this.#queryPeers, nowMs);
    this.readiness.check(this.synchronizer.known.vector, this.cluster.remotes, this.#queryPeers);
    this.cluster.removeLost(nowMs);
    this.#trim();
  }

  #lookMs(nowMs: number): number {
    const hasOthers = this.cluster.others().length > 0;
    const isBusy = this.replica.table.tombstoneCount > 0 || !this.readiness.isReady;
    return hasOthers || isBusy ? nowMs + geoLimits.lookMs : Infinity;
  }

  /** Forgets changes that everybody has. */
  #trim(): void {
    const { isReady } = this.readiness;
    const heldMax = this.#trial.changesHeldMax;
    const { cluster } = this;
    const options = { queryPeers: this.#queryPeers, cluster, isReady, heldMax };
    for (const stream of [this.local, this.#remote]) trimStream(stream, options);
  }
}
