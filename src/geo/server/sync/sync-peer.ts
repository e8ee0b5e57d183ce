import type { ActorRef } from '../../../actor/actor-ref.ts';
import { geoLimits } from '../../../core/limits.ts';
import { VersionVector } from '../../version-vector.ts';
import type { SyncMessage } from './sync-message.ts';

/**
 * What a replica remembers of another one: what that one has confirmed, what was sent to it, and when. From it
 * follow the next message and its time. Nothing is queued: what a peer has not got yet is the difference of two
 * numbers.
 *
 * Invariant: messages to a peer are at least `syncIntervalMs` apart, whatever they are for (A11, CMUD §5.1).
 */
export class SyncPeer {
  readonly ref: ActorRef<SyncMessage>;
  /** What it says it knows. */
  readonly confirmed: VersionVector = new VersionVector();
  /** Our writes up to here were sent, and count as arrived until it has had time to say otherwise. */
  sentUpTo = 0;
  /** Our writes up to here have arrived. */
  confirmedUpTo = 0;
  /** The number of what it knows, as it said last. */
  heard = 0;
  /** Which state of our knowledge it was told last, and has said that it heard. */
  #told = 0;
  #toldAndHeard = 0;
  /** Since when it waits for us to say that we heard; undefined: it does not. */
  #owedSinceMs: number | undefined;
  #lastSentMs = Number.NEGATIVE_INFINITY;
  /** Since when something sent is not confirmed. */
  #unconfirmedSinceMs = 0;

  constructor(ref: ActorRef<SyncMessage>) {
    this.ref = ref;
  }

  /** Whether it has not said yet that it heard what we know. */
  isUnheard({ state }: Knowledge): boolean {
    return this.#toldAndHeard < state;
  }

  onReceived(message: SyncMessage, origin: string, nowMs: number): void {
    this.confirmed.raiseAll(message.knows);
    this.#onConfirmed(this.confirmed.sequenceOf(origin), nowMs);
    this.#toldAndHeard = Math.max(this.#toldAndHeard, message.heard);
    this.heard = Math.max(this.heard, message.state);
    if (message.wantsHeard) this.#owedSinceMs ??= nowMs;
  }

  /** What was sent long ago and is not confirmed was lost: it is sent again from there on. */
  sendAgainIfLost(nowMs: number): void {
    if (nowMs < this.#lostMs()) return;
    this.sentUpTo = this.confirmedUpTo;
    this.#unconfirmedSinceMs = nowMs;
  }

  /**
   * When the next message is due: soon if there are writes to send, within a while if there is something to
   * confirm, and when something must have been lost. Infinity: never.
   */
  dueMs(lastWrite: number, knowledge: Knowledge): number {
    const soonestMs = this.#lastSentMs + geoLimits.syncIntervalMs;
    if (lastWrite > this.sentUpTo) return soonestMs;
    const owedMs = (this.#owedSinceMs ?? Infinity) + geoLimits.syncConfirmMs;
    return Math.max(soonestMs, Math.min(owedMs, this.#tellMs(knowledge), this.#lostMs()));
  }

  onSent(upTo: number, knowledge: Knowledge, nowMs: number): void {
    if (this.sentUpTo === this.confirmedUpTo) this.#unconfirmedSinceMs = nowMs;
    this.sentUpTo = upTo;
    this.#told = knowledge.state;
    this.#owedSinceMs = undefined;
    this.#lastSentMs = nowMs;
  }

  /** It says that our writes up to `sequence` have arrived. */
  #onConfirmed(sequence: number, nowMs: number): void {
    if (sequence <= this.confirmedUpTo) return;
    this.confirmedUpTo = sequence;
    this.sentUpTo = Math.max(this.sentUpTo, sequence);
    this.#unconfirmedSinceMs = nowMs;
  }

  /** When it is to be told what we know. */
  #tellMs({ state, changedMs }: Knowledge): number {
    if (this.#toldAndHeard >= state) return Infinity;
    if (this.#told !== state) return changedMs + geoLimits.syncConfirmMs;
    return this.#lastSentMs + geoLimits.syncRepeatMs;
  }

  #lostMs(): number {
    if (this.sentUpTo === this.confirmedUpTo) return Infinity;
    return this.#unconfirmedSinceMs + geoLimits.syncRepeatMs;
  }
}

/** What a replica knows of others changes; peers are told of it within a while. */
export interface Knowledge {
  /** Another number whenever it has changed. */
  readonly state: number;
  readonly changedMs: number;
}
