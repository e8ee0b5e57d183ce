import type { ActorRef } from '../../../actor/actor-ref.ts';
import type { Clock } from '../../../core/clock.ts';
import { geoLimits } from '../../../core/limits.ts';
import type { VectorPairs } from '../../version-vector.ts';
import { noBugs, type PlantedBugs } from '../planted-bugs.ts';
import type { MergeOutcome, Replica } from '../replica.ts';
import type { ChangeStream } from './change-stream.ts';
import { EntryPackReader } from './entry-pack-reader.ts';
import { EntryPackWriter } from './entry-pack-writer.ts';
import { EntryPacker, type SkipEntry } from './entry-packer.ts';
import type { Feed } from './feed.ts';
import { Knowledge } from './knowledge.ts';
import { Run, type IsKnown } from './run.ts';
import type { SyncMessage, SyncPart } from './sync-message.ts';
import type { SyncNote } from './sync-note.ts';
import type { SyncPeer } from './sync-peer.ts';

/** Sends a message to a peer. */
export type SendSync = (to: ActorRef<SyncMessage>, message: SyncMessage) => void;

/** What came from a peer, for whoever writes it down. */
export interface Arrival {
  readonly peer: SyncPeer;
  readonly part: SyncPart;
  /** The entries of the part, or those that were taken. */
  readonly entries: Uint8Array;
  /** What is known with it; empty if it came over a gap, or in part. */
  readonly claims: VectorPairs;
  /** Whether the part may be confirmed once it is kept. */
  readonly isWhole: boolean;
  /** When it came, monotonic. */
  readonly atMs: number;
}

/** What a replica's exchange is told of and asked. */
export interface SyncHost {
  readonly replica: Replica;
  readonly self: ActorRef<SyncMessage>;
  readonly clock: Clock;
  /** What is told to peers as known, if that is not all that is: they forget tombstones by it. */
  readonly told: Knowledge | undefined;
  /**
   * What shows in the table now is numbered `mark()`; what is up to `released()` may leave the server. A message that was
   * packed waits until then.
   */
  readonly mark: () => number;
  readonly released: () => number;
  /** A part was merged: to be kept, and then settled (`settle`). Without it everything is kept at once. */
  readonly onArrival?: (arrival: Arrival) => void;
  readonly bugs?: PlantedBugs;
  readonly onNote: (peer: SyncPeer, note: SyncNote, nowMs: number) => void;
  /** An entry was merged: `latenessMs` is how long ago, by the clocks, it was written. */
  readonly onMerged?: (
    peer: SyncPeer,
    part: SyncPart,
    outcome: MergeOutcome,
    entry: EntryPackReader,
  ) => void;
}

/**
 * Exchanges changes with other replicas, each of which does the same: CMUD §5.
 *
 * Each peer is told the streams that are meant for it: at once when it was not told anything for a tenth of a second,
 * otherwise when the tenth is over, each changed key once. A part covers a run of a stream without a hole; the receiver
 * takes over what it claims only if it has everything before it, and says how far it came. So a lost message costs a delay
 * and nothing else.
 *
 * The naive way, to pass on each Put as it comes, breaks the bound of ten messages a second and has no answer to a lost one.
 *
 * Invariant: if `known` covers a write of a key, the table has that write or a later one of the key.
 */
export class Synchronizer {
  readonly counters: SyncCounters = {
    applied: 0,
    stale: 0,
    duplicate: 0,
    refused: 0,
    sent: 0,
    busyMs: 0,
  };
  /** What this replica has. */
  readonly known: Knowledge = new Knowledge();
  readonly #host: SyncHost;
  readonly #packer: EntryPacker;
  readonly #peers: Map<string, SyncPeer> = new Map();
  readonly #isKnown: IsKnown = (origin, sequence) =>
    this.known.vector.covers(this.#host.replica.origins.uid(origin), sequence);

  constructor(host: SyncHost) {
    this.#host = host;
    this.#packer = new EntryPacker(host.replica);
  }

  get #bugs(): PlantedBugs {
    return this.#host.bugs ?? noBugs;
  }

  get #told(): Knowledge {
    return this.#host.told ?? this.known;
  }

  get peers(): Iterable<SyncPeer> {
    return this.#peers.values();
  }

  get peerCount(): number {
    return this.#peers.size;
  }

  /** Returns the peer. */
  addPeer(peer: SyncPeer): SyncPeer {
    if (this.#bugs.includes('no resend')) for (const feed of peer.feeds) feed.resends = false;
    this.#peers.set(peer.ref.uid(), peer);
    return peer;
  }

  removePeer(peer: SyncPeer): void {
    this.breakOff(peer);
    this.#peers.delete(peer.ref.uid());
  }

  /** Nobody is to wait for what the peer did not come to claim. */
  breakOff({ keeps, runs }: SyncPeer): void {
    if (keeps !== undefined) for (const run of runs) keeps.breakOff(run, this.#isKnown);
  }

  findPeer(ref: ActorRef<SyncMessage>): SyncPeer | undefined {
    return this.#peers.get(ref.uid());
  }

  /** Merges what came. Throws `FRAME_INVALID` for what no replica sends. */
  receive(message: SyncMessage, nowMs: number): void {
    const peer = this.findPeer(message.from);
    if (peer === undefined) return;
    this.#receive(peer, message, nowMs);
    const endMs = this.#host.clock.monotonicMs();
    if (message.parts !== undefined) peer.heardMs = endMs;
    this.counters.busyMs += endMs - nowMs;
  }

  #receive(peer: SyncPeer, message: SyncMessage, nowMs: number): void {
    peer.onReceived(message, nowMs);
    // A greeting first: it says whether the rest may be heard.
    for (const note of message.notes ?? []) this.#host.onNote(peer, note, nowMs);
    if (peer.isRefused) return;
    for (const part of message.parts ?? []) this.#receivePart(peer, part, nowMs);
    for (const feed of peer.feeds) feed.advance(peer.confirmed, nowMs);
  }

  /** An arrival is kept: the peer may hear of it. */
  settle({ peer, part, isWhole }: Arrival, nowMs: number): void {
    if (!isWhole) return;
    const inbound = peer.inbound(part);
    if (inbound !== undefined) peer.onKept(inbound, part.upTo, part.entries.length, nowMs);
  }

  /** Sends what is due; returns the moment at which something will be, Infinity if nothing is to come. */
  flush(nowMs: number, send: SendSync): number {
    const told = this.#told;
    let nextMs = Infinity;
    let isBusy = false;
    for (const peer of this.#peers.values()) {
      if (peer.isAway) continue;
      for (const feed of peer.feeds) feed.repeatIfLost(nowMs);
      peer.isStalled = peer.feeds.some((feed) => feed.isStalled(nowMs));
      if (peer.waiting !== undefined) this.#sendWaiting(peer, nowMs, send);
      if (peer.dueMs(told) <= nowMs) {
        peer.waiting = { mark: this.#host.mark(), message: this.#make(peer, nowMs) };
        this.#sendWaiting(peer, nowMs, send);
        isBusy = true;
      }
      nextMs = Math.min(nextMs, peer.dueMs(told));
    }
    if (isBusy) this.counters.busyMs += this.#host.clock.monotonicMs() - nowMs;
    return nextMs;
  }

  /** Whether there is something for every peer that waits for its time. */
  get areAllBehind(): boolean {
    for (const { feeds, waiting, isAway } of this.#peers.values()) {
      if (isAway || waiting !== undefined || feeds.length === 0) continue;
      if (!feeds.some((feed) => feed.isBehind)) return false;
    }
    return true;
  }

  /** A message that shows what is not durable yet waits for the gate, and is let go by the flush after it. */
  #sendWaiting(peer: SyncPeer, nowMs: number, send: SendSync): void {
    const { waiting } = peer;
    if (waiting === undefined || waiting.mark > this.#host.released()) return;
    peer.waiting = undefined;
    peer.onSent(nowMs);
    send(peer.ref, waiting.message);
  }

  #make(peer: SyncPeer, nowMs: number): SyncMessage {
    const message = peer.message(this.#host.self, this.#told);
    const parts: SyncPart[] = [];
    let bytesLeft: number = geoLimits.syncMessageBytes;
    for (const feed of peer.isRefused ? [] : peer.feeds) {
      if (bytesLeft <= 0 || peer.readyMs(feed) > nowMs) continue;
      const part = this.#part(peer, feed, bytesLeft, nowMs);
      bytesLeft -= part.entries.length;
      parts.push(part);
    }
    if (parts.length > 0) message.parts = parts;
    peer.onMade(message);
    return message;
  }

  #part(peer: SyncPeer, feed: Feed, bytesMax: number, nowMs: number): SyncPart {
    const { name, session, from, stream } = feed;
    const after = feed.sent ?? 0;
    // What is passed on for others is mostly known already.
    const skip = feed.delayMs === 0 ? undefined : this.#skipKnown(peer);
    const { upTo, entries, count } = this.#packer.pack(stream, after, bytesMax, skip);
    this.counters.sent += count;
    feed.onSent(upTo, entries.length, nowMs);
    const claims = feed.withholdsClaims ? [] : [...stream.claimsBetween(after, upTo)];
    const isOpen = stream.isOpenAt(upTo) ? { isOpen: true } : {};
    return { stream: name, session, from, after, upTo, entries, claims, ...isOpen };
  }

  #skipKnown({ confirmed }: SyncPeer): SkipEntry {
    const { origins } = this.#host.replica;
    return (origin, sequence) => confirmed.covers(origins.uid(origin), sequence);
  }

  #receivePart(peer: SyncPeer, part: SyncPart, nowMs: number): void {
    const { replica, onArrival } = this.#host;
    const inbound = peer.inbound(part);
    // It comes again in the session that took the place of this one.
    if (inbound === undefined) return;
    const { keeps } = peer;
    const refusedBefore = this.counters.refused;
    const keptBefore = keeps?.last ?? 0;
    this.#merge(peer, part, inbound.run);
    const isGapless =
      part.after <= inbound.position || this.#bugs.includes('adopts claims over a gap');
    // What a clock ahead of ours has written comes again until ours agrees: the run is not known yet.
    const isWhole = isGapless && this.counters.refused === refusedBefore;
    let claims: VectorPairs = [];
    if (isWhole) {
      inbound.position = Math.max(inbound.position, part.upTo);
      claims = this.known.raiseAll(part.claims, nowMs);
      if (part.claims.length > 0) keeps?.claim(claims, nowMs, inbound.run, this.#isKnown);
      if (part.isOpen === true && inbound.run.since === undefined) {
        keeps?.reopen(inbound.run, keptBefore);
      }
      // Who says that we know a write by it knows the write.
      if (peer.isLocal) peer.confirmed.raiseAll(part.claims);
    } else if (!isGapless) peer.onMissing(inbound);
    replica.changeCount += 1;
    const isTaken = this.counters.refused === refusedBefore;
    const entries = isTaken ? part.entries : packTaken(replica, part.entries);
    const arrival: Arrival = { peer, part, entries, claims, isWhole, atMs: nowMs };
    if (onArrival === undefined) this.settle(arrival, nowMs);
    else onArrival(arrival);
  }

  /** Takes over what the journal has of an actor of this server: no message of the exchange, and as good as one. */
  takeWritten(pack: Uint8Array, claims: VectorPairs, keeps: ChangeStream, nowMs: number): void {
    const { replica } = this.#host;
    const reader = new EntryPackReader(pack, replica.origins, replica.table);
    const run = new Run();
    while (reader.next()) {
      this.counters[replica.merge(reader, true)] += 1;
      if (replica.mergedPlace >= 0) keeps.append(replica.mergedPlace, run);
    }
    keeps.claim(this.known.raiseAll(claims, nowMs), nowMs, run);
    replica.changeCount += 1;
  }

  #merge(peer: SyncPeer, part: SyncPart, run: Run): void {
    const { replica, onMerged } = this.#host;
    const { keeps } = peer;
    const reader = new EntryPackReader(part.entries, replica.origins, replica.table);
    while (reader.next()) {
      const outcome = replica.merge(reader, peer.isLocal);
      this.counters[outcome] += 1;
      // Also what was known: that the writer of this run has been heard of is news to others.
      if (keeps !== undefined && replica.mergedPlace >= 0) {
        keeps.append(replica.mergedPlace, run);
        run.saw(reader.version.origin, reader.version.sequence);
      }
      onMerged?.(peer, part, outcome, reader);
    }
  }
}

/**
 * What a replica has of the keys of a pack: without what it refused. In a journal that would wait for the next start, which trusts
 * what it loads.
 */
function packTaken({ table, origins }: Replica, pack: Uint8Array): Uint8Array {
  const writer = new EntryPackWriter(origins);
  const reader = new EntryPackReader(pack, origins, table);
  while (reader.next()) {
    const reference = table.find(reader.bytes, reader.keyStart, reader.keyEnd);
    if (reference >= 0) writer.add(table, reference);
  }
  return writer.count === 0 ? noEntries : writer.take();
}

const noEntries = new Uint8Array(0);

/** Entries that came, by what became of them, and those that were sent. */
export interface SyncCounters {
  applied: number;
  stale: number;
  duplicate: number;
  refused: number;
  sent: number;
  /** How long all of it took: packing, sending, merging. */
  busyMs: number;
}
