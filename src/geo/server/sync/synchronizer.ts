import type { ActorRef } from '../../../actor/actor-ref.ts';
import { geoLimits } from '../../../core/limits.ts';
import { VersionVector } from '../../version-vector.ts';
import type { Replica } from '../replica.ts';
import { EntryPackReader } from './entry-pack-reader.ts';
import { EntryPackWriter } from './entry-pack-writer.ts';
import type { SyncMessage, SyncRange } from './sync-message.ts';
import { SyncPeer } from './sync-peer.ts';

/** Sends a message to a peer. */
export type SendSync = (to: ActorRef<SyncMessage>, message: SyncMessage) => void;

/**
 * Exchanges writes with the other replicas of this server (CMUD §5.1), each of which does the same.
 *
 * Every replica sends its own writes to every other one: at once when it was silent for a tenth of a second,
 * otherwise when the tenth is over, each changed key once. A message covers a range of its writes without a hole, and
 * the receiver moves its version vector on only if it has all before the range; the vector goes back with the next
 * message, and what is not confirmed in time is sent again. So a lost message costs a delay and nothing else.
 *
 * The naive way, to pass on each Put as it comes, breaks the bound of ten messages a second and has no answer to
 * a lost one.
 *
 * Invariant: if the vector covers a write of a key, the table has that write or a later one of the key.
 */
export class Synchronizer {
  readonly counters: SyncCounters = { applied: 0, stale: 0, duplicate: 0, refused: 0, sent: 0 };
  readonly #replica: Replica;
  readonly #self: ActorRef<SyncMessage>;
  readonly #knows: VersionVector = new VersionVector();
  readonly #writer: EntryPackWriter;
  #peers: Map<string, SyncPeer> | undefined;
  #knowledge = { state: 0, changedMs: 0 };

  constructor(replica: Replica, self: ActorRef<SyncMessage>) {
    this.#replica = replica;
    this.#self = self;
    this.#writer = new EntryPackWriter(replica.origins);
  }

  /** Tells who the others are. Until then every write is kept for them. */
  setPeers(refs: readonly ActorRef<SyncMessage>[]): void {
    this.#peers = new Map(refs.map((ref) => [ref.uid(), new SyncPeer(ref)]));
    this.#trim();
  }

  /** Whether every replica has confirmed the write: a tombstone of it can be forgotten. */
  isConfirmedByAll(origin: string, sequence: number): boolean {
    if (this.#peers === undefined) return false;
    for (const peer of this.#peers.values()) {
      if (!peer.confirmed.covers(origin, sequence)) return false;
    }
    return true;
  }

  /** Merges what came. Throws `FRAME_INVALID` for what no replica sends. */
  receive(message: SyncMessage, nowMs: number): void {
    this.#peers?.get(message.from.uid())?.onReceived(message, this.#replica.uid, nowMs);
    const refusedBefore = this.counters.refused;
    const reader = new EntryPackReader(message.entries, this.#replica.origins);
    while (reader.next()) this.counters[this.#replica.merge(reader)] += 1;
    // What a clock ahead of ours has written comes again until ours agrees: the range is not known yet.
    if (this.counters.refused === refusedBefore) this.#learn(message.ranges, nowMs);
    this.#trim();
  }

  /** Sends what is due; returns the moment at which something will be, Infinity if nothing is to come. */
  flush(nowMs: number, send: SendSync): number {
    // Nobody is to hear of anything.
    if (this.#peers?.size === 0) this.#trim();
    let nextMs = Infinity;
    for (const peer of this.#peers?.values() ?? []) {
      peer.sendAgainIfLost(nowMs);
      const lastWrite = this.#replica.changes.last;
      if (peer.dueMs(lastWrite, this.#knowledge) <= nowMs) this.#sendTo(peer, nowMs, send);
      nextMs = Math.min(nextMs, peer.dueMs(this.#replica.changes.last, this.#knowledge));
    }
    return nextMs;
  }

  #sendTo(peer: SyncPeer, nowMs: number, send: SendSync): void {
    const after = peer.sentUpTo;
    const upTo = this.#pack(after);
    const origin = this.#replica.uid;
    const ranges = upTo > after ? [{ origin, after, upTo }] : [];
    this.#knows.raise(origin, this.#replica.changes.last);
    this.counters.sent += this.#writer.count;
    const entries = this.#writer.take();
    send(peer.ref, {
      type: 'sync',
      from: this.#self,
      ranges,
      entries,
      knows: this.#knows.pairs(),
      state: this.#knowledge.state,
      wantsHeard: peer.isUnheard(this.#knowledge),
      heard: peer.heard,
    });
    peer.onSent(upTo, this.#knowledge, nowMs);
  }

  #learn(ranges: readonly SyncRange[], nowMs: number): void {
    for (const { origin, after, upTo } of ranges) {
      const known = this.#knows.sequenceOf(origin);
      if (known < after || upTo <= known) continue;
      this.#knows.raise(origin, upTo);
      this.#knowledge = { state: this.#knowledge.state + 1, changedMs: nowMs };
    }
  }

  /** Packs the present entries of the keys written behind `after`; returns up to where. */
  #pack(after: number): number {
    const { last } = this.#replica.changes;
    const upTo = this.#packUpTo(after, last, geoLimits.syncMessageBytes);
    if (upTo === last) return last;
    // Entries were left to records that are now cut off: begin again with what fits.
    this.#writer.take();
    return this.#packUpTo(after, upTo, Infinity);
  }

  #packUpTo(after: number, upTo: number, bytesMax: number): number {
    const { changes, table } = this.#replica;
    for (let sequence = after + 1; sequence <= upTo; sequence += 1) {
      const reference = table.atPlace(changes.place(sequence));
      if (reference < 0 || this.#comesLater(reference, sequence, upTo)) continue;
      this.#writer.add(table, reference);
      if (this.#writer.byteLength > bytesMax) return sequence;
    }
    return upTo;
  }

  /** Whether a later record of this message has the same entry. */
  #comesLater(reference: number, sequence: number, upTo: number): boolean {
    const version = this.#replica.versionOf(reference);
    return (
      version.origin === this.#replica.origin &&
      version.sequence > sequence &&
      version.sequence <= upTo
    );
  }

  /** Forgets what every peer has confirmed. */
  #trim(): void {
    if (this.#peers === undefined) return;
    let confirmedUpTo = this.#replica.changes.last;
    for (const peer of this.#peers.values()) {
      confirmedUpTo = Math.min(confirmedUpTo, peer.confirmedUpTo);
    }
    this.#replica.changes.trim(confirmedUpTo);
  }
}

/** Entries that came, by what became of them, and those that were sent. */
export interface SyncCounters {
  applied: number;
  stale: number;
  duplicate: number;
  refused: number;
  sent: number;
}
