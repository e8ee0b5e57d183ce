import type { ActorRef } from '../../../actor/actor-ref.ts';
import { geoLimits } from '../../../core/limits.ts';
import { VersionVector } from '../../version-vector.ts';
import type { ChangeStream } from './change-stream.ts';
import { Feed } from './feed.ts';
import type { Knowledge } from './knowledge.ts';
import { Run } from './run.ts';
import type { Heard, StreamName, SyncMessage, SyncPart } from './sync-message.ts';
import type { SyncNote } from './sync-note.ts';
import { SendTimes } from './send-times.ts';

/** A stream of the peer, as far as it came. */
export interface Inbound {
  readonly stream: StreamName;
  session: number;
  /** Everything up to here was merged. */
  position: number;
  /** Everything up to here is kept, and may be confirmed. */
  kept: number;
  isMissing: boolean;
  /** Something of it came since the peer was last told how far it came. */
  isOwed: boolean;
  /** What came of it and was not claimed yet, in the stream where it is noted for others. */
  readonly run: Run;
}

/** A message that is to leave when all that it shows is durable. */
export interface WaitingMessage {
  readonly mark: number;
  readonly message: SyncMessage;
}

export interface SyncPeerOptions {
  readonly ref: ActorRef<SyncMessage>;
  readonly feeds: readonly Feed[];
  /** Where changes that come from it are noted for others. */
  readonly keeps?: ChangeStream;
  /** It runs on the same machine: its clock is ours. */
  readonly isLocal: boolean;
  readonly stepMs?: number;
}

/**
 * What a replica remembers of another one: what that one has of our streams and we of its, what it knows, and when it was told
 * last. From it follow the next message and its time. Nothing is queued: what a peer has not got yet is the difference of two
 * numbers.
 *
 * Invariant: at most ten messages to a peer in any second, whatever they are for (A11, CMUD §5.1).
 */
export class SyncPeer {
  readonly ref: ActorRef<SyncMessage>;
  readonly keeps: ChangeStream | undefined;
  readonly isLocal: boolean;
  /** What it says it knows. */
  readonly confirmed: VersionVector = new VersionVector();
  feeds: Feed[];
  /** It confirms nothing that we tell it: what others told it is not told again. */
  isStalled = false;
  /** Nothing reaches it for now. */
  isAway = false;
  /**
   * It has not said yet who it is, or may not be heard: what it sends is not merged, and it is told nothing but notes. Once it has
   * spoken it hears us: what was sent before would be lost.
   */
  isRefused = false;
  waiting: WaitingMessage | undefined;
  /** At which moment of the period it is told what is told all the time; undefined: as soon as may be. */
  stepMs: number | undefined;
  /** When what it last told was merged, monotonic. */
  heardMs: number = Number.NEGATIVE_INFINITY;
  /** Of our knowledge: the state that it was told last, and the one that it has heard. */
  #told = 0;
  #heardOfUs = 0;
  /** The state of its knowledge that we have heard. */
  #heardOfIt = 0;
  readonly #inbound: Map<StreamName, Inbound> = new Map();
  #notes: SyncNote[] = [];
  #hasSpoken = false;
  /** The last session of a repair. */
  #repairSession = 0;
  /** Since when it waits for us to say that we heard; undefined: it does not. */
  #owedSinceMs: number | undefined;
  /** Something has to be said as soon as may be. */
  #isUrgent = false;
  readonly #sent = new SendTimes();

  constructor({ ref, feeds, keeps, isLocal, stepMs }: SyncPeerOptions) {
    this.ref = ref;
    this.feeds = [...feeds];
    this.keeps = keeps;
    this.isLocal = isLocal;
    this.stepMs = stepMs;
  }

  /** Whether it ever said anything. */
  get hasSpoken(): boolean {
    return this.#hasSpoken;
  }

  feed(name: StreamName): Feed | undefined {
    return this.feeds.find((feed) => feed.name === name);
  }

  /** What came of its streams and was not claimed yet. */
  get runs(): Run[] {
    return [...this.#inbound.values()].map(({ run }) => run);
  }

  addNote(note: SyncNote): void {
    if (note.kind === 'greeting')
      this.#notes = this.#notes.filter(({ kind }) => kind !== 'greeting');
    if (this.#notes.length >= geoLimits.syncNotesMax) this.#notes.shift();
    this.#notes.push(note);
    this.#isUrgent = true;
  }

  onReceived(message: SyncMessage, nowMs: number): void {
    this.#hasSpoken = true;
    const { knows, knowsHeard = 0, heard: heards = [] } = message;
    if (knows !== undefined) {
      this.confirmed.raiseAll(knows.pairs);
      // Pairs are true whatever was missed; that they are all there are is so only without a hole.
      if (knows.after <= this.#heardOfIt) this.#heardOfIt = Math.max(this.#heardOfIt, knows.upTo);
    }
    this.#heardOfUs = Math.max(this.#heardOfUs, knowsHeard);
    for (const heard of heards) {
      const feed = this.feeds.find(
        ({ name, session }) => name === heard.stream && session === heard.session,
      );
      feed?.onHeard(heard, nowMs);
    }
    for (const feed of this.feeds) feed.advance(this.confirmed, nowMs);
    if (message.parts !== undefined || knows !== undefined) this.#owedSinceMs ??= nowMs;
  }

  /** Begins to send what was picked for this peer; what was picked before is dropped. */
  startRepair(stream: ChangeStream): Feed {
    this.endRepair();
    const feed = new Feed({ name: 'repair', stream }, this.#repairSession);
    feed.startAt(0);
    this.feeds.push(feed);
    return feed;
  }

  endRepair(): void {
    this.#repairSession = Math.max(this.#repairSession, this.feed('repair')?.session ?? 0);
    this.feeds = this.feeds.filter(({ name }) => name !== 'repair');
  }

  /** How far a stream of it came. A new session begins where it says; undefined for one that is over. */
  inbound({ stream, session, from }: SyncPart): Inbound | undefined {
    const known = this.#inbound.get(stream);
    if (known !== undefined && known.session === session) return known;
    if (known !== undefined && known.session > session) return undefined;
    const run = known?.run ?? this.#newRun(stream);
    const inbound: Inbound = {
      stream,
      session,
      position: from,
      kept: from,
      isMissing: false,
      isOwed: false,
      run,
    };
    this.#inbound.set(stream, inbound);
    return inbound;
  }

  /** Everything up to `position` is kept, and the peer is to hear of it: soon if it was much, since it waits for room. */
  onKept(inbound: Inbound, position: number, bytes: number, nowMs: number): void {
    inbound.kept = Math.max(inbound.kept, position);
    // Also what came again: the peer has not heard that it was kept.
    inbound.isOwed = true;
    this.#owedSinceMs ??= nowMs;
    if (bytes >= geoLimits.syncUrgentBytes) this.#isUrgent = true;
  }

  /** Something came that does not follow what we have: it is told at once. */
  onMissing(inbound: Inbound): void {
    inbound.isMissing = true;
    inbound.isOwed = true;
    this.#isUrgent = true;
  }

  /** When there is something of a feed to send. */
  readyMs(feed: Feed): number {
    return this.isStalled && feed.delayMs > 0 ? Infinity : feed.readyMs();
  }

  /** When the next message is due. Infinity: never. */
  dueMs(knowledge: Knowledge): number {
    if (this.isAway || this.waiting !== undefined) return Infinity;
    const soonestMs = this.#sent.soonestMs(this.stepMs);
    if (this.#isUrgent) return soonestMs;
    let reasonMs = Math.min(
      (this.#owedSinceMs ?? Infinity) + geoLimits.syncConfirmMs,
      this.#tellMs(knowledge),
    );
    if (this.isRefused) return Math.max(soonestMs, reasonMs);
    for (const feed of this.feeds) reasonMs = Math.min(reasonMs, this.readyMs(feed), feed.lostMs());
    return Math.max(soonestMs, reasonMs);
  }

  /** All of a message but its parts. */
  message(self: ActorRef<SyncMessage>, knowledge: Knowledge): SyncMessage {
    const message: SyncMessage = { type: 'sync', from: self };
    const heard = this.#heards();
    if (heard.length > 0) message.heard = heard;
    if (this.#heardOfUs < knowledge.state) {
      const [after, upTo] = [this.#heardOfUs, knowledge.state];
      message.knows = { pairs: [...knowledge.since(after)], after, upTo };
    }
    if (this.#owedSinceMs !== undefined) message.knowsHeard = this.#heardOfIt;
    if (this.#notes.length > 0) message.notes = this.#notes;
    this.#notes = [];
    return message;
  }

  /** Called with each message, when it is made. */
  onMade({ knows }: SyncMessage): void {
    this.#told = knows?.upTo ?? this.#heardOfUs;
    this.#owedSinceMs = undefined;
    this.#isUrgent = false;
  }

  onSent(nowMs: number): void {
    this.#sent.add(nowMs);
  }

  /** The way to it was broken and is whole again: what was under way is gone. */
  restart(nowMs: number): void {
    this.isAway = false;
    this.waiting = undefined;
    this.#told = this.#heardOfUs;
    for (const feed of this.feeds) feed.restart(nowMs);
  }

  /** An actor of our own server ends with us, and sends all that it claims. */
  #newRun(stream: StreamName): Run {
    const mayBreakOff = !this.isLocal;
    return new Run({ mayBreakOff, claimsUntold: mayBreakOff && stream === 'repair' });
  }

  #heards(): Heard[] {
    const heards: Heard[] = [];
    for (const inbound of this.#inbound.values()) {
      const { stream, session, kept, isMissing, isOwed } = inbound;
      if (!isOwed) continue;
      heards.push({ stream, session, upTo: kept, isMissing });
      inbound.isMissing = false;
      inbound.isOwed = false;
    }
    return heards;
  }

  /** When it is to be told what we know. */
  #tellMs(knowledge: Knowledge): number {
    if (this.#heardOfUs >= knowledge.state) return Infinity;
    if (this.#told !== knowledge.state) return knowledge.changedMs + geoLimits.syncConfirmMs;
    return this.#sent.lastMs + geoLimits.syncRepeatMs;
  }
}
