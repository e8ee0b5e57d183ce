import type { ActorRef } from '../../../actor/actor-ref.ts';
import type { Clock } from '../../../core/clock.ts';
import { geoLimits } from '../../../core/limits.ts';
import type { Log } from '../../../core/log.ts';
import { VersionVector } from '../../version-vector.ts';
import type { SyncMessage } from '../sync/sync-message.ts';
import type { SyncNote } from '../sync/sync-note.ts';
import type { SyncPeer } from '../sync/sync-peer.ts';
import { Members, type MemberCard } from './members.ts';
import { RemotePeer } from './remote-peer.ts';

export interface ClusterOptions {
  readonly clusterId: string;
  readonly self: MemberCard;
  readonly clock: Clock;
  readonly log: Log;
  /** A peer for the exchange with another server. */
  readonly newPeer: (ref: ActorRef<SyncMessage>) => SyncPeer;
  readonly onGone: (peer: SyncPeer) => void;
  /** How many keys we have. */
  readonly keys: () => number;
  /** A server said who it is, and how many keys it has. */
  readonly onMet: (keys: number) => void;
  /** There is news about members, to be kept under a number that comes back (`onMembersKept`): numbers count up. */
  readonly onMembers: (cards: readonly MemberCard[], number: number) => void;
  /** A server is to be linked with. */
  readonly dial: (at: string) => void;
  /** The others do not wait for this one any more. */
  readonly onRemoved: () => void;
}

type Greeting = Extract<SyncNote, { kind: 'greeting' }>;

/**
 * The other servers: who belongs to the cluster, who of them was met in which life, and who may not be heard.
 *
 * Two servers greet each other when their link is up, and again until each has heard the other. A greeting has all that is known of
 * all members, so that one server that lives is enough to meet the rest.
 *
 * Invariant: who is heard is on the disk as a member, if there is one. After a power cut we wait for its word before we forget a
 * tombstone; one that we had heard and forgotten could come back with the old value.
 */
export class Cluster {
  readonly members: Members = new Members();
  readonly #options: ClusterOptions;
  readonly #remotes: Map<SyncPeer, RemotePeer> = new Map();
  /** Since when members are away, in this life of ours. */
  readonly #awaySinceMs: Map<string, number> = new Map();
  readonly #keptIds: Set<string>;
  /** Members that are on their way to the disk: under which number. */
  readonly #numberById: Map<string, number> = new Map();
  /** New members have greeted us, and are heard when they are kept. */
  readonly #unheard: Map<RemotePeer, Greeting> = new Map();
  #number = 0;

  constructor(options: ClusterOptions, members: readonly MemberCard[]) {
    this.#options = options;
    for (const card of members) this.members.add(card);
    this.#keptIds = new Set(members.map(({ id }) => id));
    this.#add(options.self);
    for (const { at } of this.others()) options.dial(at);
  }

  get remotes(): Iterable<RemotePeer> {
    return this.#remotes.values();
  }

  /** The members that count, without this server. */
  others(): MemberCard[] {
    return this.members.present().filter(({ id }) => id !== this.#options.self.id);
  }

  /** What is remembered of the exchange with each of them. */
  get syncs(): Iterable<SyncPeer> {
    return this.#remotes.keys();
  }

  findRemote(peer: SyncPeer): RemotePeer | undefined {
    return this.#remotes.get(peer);
  }

  /** A server in the life that runs, if it was met. */
  remoteOf(id: string): RemotePeer | undefined {
    return [...this.#remotes.values()].find(({ card }) => card?.id === id);
  }

  /** What a server said of itself in this life of ours. */
  vectorOf(id: string): VersionVector {
    const remote = this.remoteOf(id);
    return remote === undefined || remote.sync.isRefused
      ? new VersionVector()
      : remote.sync.confirmed;
  }

  /** Begins to talk to the remote-sync actor `ref`. */
  meet(ref: ActorRef<SyncMessage>): SyncPeer {
    const peer = this.#options.newPeer(ref);
    // Not before it has said who it is.
    peer.isRefused = true;
    this.#remotes.set(peer, new RemotePeer(peer, ref.address));
    this.greet(peer);
    return peer;
  }

  onAway(address: string): void {
    for (const { sync, address: known } of this.#remotes.values()) {
      if (known === address) sync.isAway = true;
    }
  }

  /** Says who we are and whom we know. */
  greet(peer: SyncPeer): void {
    const { clusterId, self, clock, keys } = this.#options;
    const remote = this.#remotes.get(peer);
    if (remote !== undefined) remote.greetedMs = clock.monotonicMs();
    peer.addNote({
      kind: 'greeting',
      clusterId,
      self,
      members: this.members.cards(),
      keys: keys(),
      hearsYou: remote?.card !== undefined,
    });
  }

  /** Greets those again who have not answered. */
  greetSilent(nowMs: number): void {
    for (const { card, sync, greetedMs } of this.#remotes.values()) {
      const isSilent = card === undefined && !sync.isAway;
      if (isSilent && nowMs - greetedMs >= geoLimits.repairAskMs) this.greet(sync);
    }
  }

  onGreeting(remote: RemotePeer, note: Greeting): void {
    const { self, members } = note;
    const refusal = this.#refusalOf(note);
    if (refusal !== undefined) return this.#refuse(remote, self, refusal);
    if (!this.#isKept(self)) {
      this.#unheard.set(remote, note);
      if (this.#add(self)) this.#greetAll();
      return;
    }
    remote.card = self;
    this.#forgetOtherLives(remote);
    if (!note.hearsYou) this.greet(remote.sync);
    let isNews = false;
    for (const card of [self, ...members]) isNews = this.#add(card) || isNews;
    for (const id of this.members.endedBy(self)) isNews = this.forget(id) || isNews;
    if (this.members.find(self.id)?.isRemoved === true) {
      this.#refuse(remote, self, 'it was away for too long and has to start afresh');
      // What it is to know about itself is in our greeting.
      this.greet(remote.sync);
      return;
    }
    remote.sync.isRefused = false;
    this.#options.onMet(note.keys);
    if (isNews) this.#greetAll();
  }

  /** Members that there was news of up to `number` are on the disk. */
  onMembersKept(number: number): void {
    for (const [id, keptUnder] of this.#numberById) {
      if (keptUnder > number) continue;
      this.#numberById.delete(id);
      this.#keptIds.add(id);
    }
    for (const [remote, note] of this.#unheard) {
      if (!this.#isKept(note.self)) continue;
      this.#unheard.delete(remote);
      if (this.#remotes.has(remote.sync)) this.onGreeting(remote, note);
    }
  }

  /** Nobody waits for the server any more, here and, soon, everywhere. Whether it was a member. */
  forget(id: string): boolean {
    const card = this.members.find(id);
    if (card === undefined || card.isRemoved || id === this.#options.self.id) return false;
    this.#add({ ...card, isRemoved: true });
    this.#greetAll();
    return true;
  }

  /**
   * A member that was away for too long is removed, if most of the members are here: so of two halves that do not reach each
   * other at most one removes the other.
   */
  removeLost(nowMs: number): void {
    const others = this.others();
    const away = others.filter(({ id }) => this.remoteOf(id)?.sync.isAway ?? true);
    for (const { id } of others) {
      if (!away.some((card) => card.id === id)) this.#awaySinceMs.delete(id);
    }
    const present = others.length + 1;
    if (2 * (present - away.length) <= present) return;
    for (const { id, at } of away) {
      const sinceMs = this.#awaySinceMs.get(id) ?? nowMs;
      this.#awaySinceMs.set(id, sinceMs);
      if (nowMs - sinceMs < geoLimits.memberAwayMsMax) continue;
      this.#options.log.warn('server removed: it was away for too long', { id, at });
      this.forget(id);
    }
  }

  #refusalOf({ self, clusterId }: Greeting): string | undefined {
    if (clusterId !== this.#options.clusterId) return 'it is of another cluster';
    if (self.id === this.#options.self.id) {
      return 'it has our id: two servers run on copies of one data folder';
    }
    const known = this.members.find(self.id);
    return (known?.incarnation ?? 0) > self.incarnation
      ? 'it has begun another life since'
      : undefined;
  }

  #isKept({ id }: MemberCard): boolean {
    return this.#options.self.isVolatile || this.#keptIds.has(id);
  }

  #refuse(remote: RemotePeer, { at, id }: MemberCard, reason: string): void {
    remote.sync.isRefused = true;
    this.#options.log.error('server refused', { peer: at, id, reason });
  }

  #greetAll(): void {
    for (const { sync } of this.#remotes.values()) this.greet(sync);
  }

  /** A server lives one life at a time: what was remembered for an earlier one is over. */
  #forgetOtherLives(remote: RemotePeer): void {
    for (const [sync, other] of this.#remotes) {
      if (other === remote || other.card?.id !== remote.card?.id) continue;
      this.#remotes.delete(sync);
      this.#options.onGone(sync);
    }
  }

  /** Whether that was news. */
  #add(card: MemberCard): boolean {
    const { self, dial, onMembers, onRemoved } = this.#options;
    if (!this.members.add(card)) return false;
    const known = this.members.find(card.id);
    if (card.id === self.id && card.incarnation > self.incarnation) {
      // The others believe the later life, and do not hear this one any more.
      const text = 'a copy of our data folder runs as a server: one of the two has to stop';
      this.#options.log.error(text, { at: card.at, incarnation: card.incarnation });
    }
    if (card.id === self.id && known?.isRemoved === true) onRemoved();
    if (card.id !== self.id && known?.isRemoved === false) dial(known.at);
    this.#number += 1;
    if (!this.#isKept(card) && !this.#numberById.has(card.id)) {
      this.#numberById.set(card.id, this.#number);
    }
    onMembers(this.members.cards(), this.#number);
    return true;
  }
}
