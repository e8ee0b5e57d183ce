import { geoLimits } from '../../../core/limits.ts';
import type { VersionVector } from '../../version-vector.ts';
import type { ChangeStream } from './change-stream.ts';
import type { Heard, StreamName } from './sync-message.ts';

/** Something sent and not confirmed. */
interface Run {
  readonly upTo: number;
  readonly bytes: number;
}

export interface FeedOptions {
  readonly name: StreamName;
  readonly stream: ChangeStream;
  /** Nothing of it is sent until the peer, while it is reached, has gone without it for so long: others should have told it. */
  readonly delayMs?: number;
}

/**
 * One stream on its way to one peer: what was sent, what has arrived. All that is held for a peer is these few numbers,
 * whatever it lacks.
 *
 * What is not confirmed in time was lost, and is sent again from the last confirmed position; after each such time the next
 * one is longer, so that a peer that is not there costs nothing.
 */
export class Feed {
  readonly name: StreamName;
  readonly stream: ChangeStream;
  readonly delayMs: number;
  /** False is a mistake, made on purpose. */
  resends = true;
  /** Counts how often it was found out where the peer stands, and where that was. */
  #session: number;
  #from = 0;
  /** Since when the peer is reached: before, those who should tell it did not reach it either. */
  #reachedMs = Number.NEGATIVE_INFINITY;
  /** Where the peer is supposed to be; undefined: nobody knows, and nothing is sent. */
  #sent: number | undefined;
  #acked = 0;
  /** While the peer lacks what was before: from where on it is to be told again, with what it then may claim. */
  #heldFrom: number | undefined;
  #runs: Run[] = [];
  #bytesUnderWay = 0;
  #unconfirmedSinceMs = 0;
  #repeatMs: number = geoLimits.syncRepeatMs;
  #wentBackMs = Number.NEGATIVE_INFINITY;
  /** Since when the peer owes a confirmation, however often it was told again. */
  #owedSinceMs: number | undefined;

  /** `sessionBefore`: of a feed of the same name to the same peer that this one replaces. */
  constructor({ name, stream, delayMs = 0 }: FeedOptions, sessionBefore = 0) {
    this.name = name;
    this.#session = sessionBefore;
    this.stream = stream;
    this.delayMs = delayMs;
  }

  get session(): number {
    return this.#session;
  }

  get from(): number {
    return this.#from;
  }

  /** The peer is told of changes and may claim nothing: it lacks what was before. */
  get withholdsClaims(): boolean {
    return this.#heldFrom !== undefined;
  }

  /** The records behind this position are still needed. */
  get neededBehind(): number {
    return this.#heldFrom ?? (this.isPlaced ? this.#acked : 0);
  }

  /** Sent up to here; undefined while it is not known where the peer stands. */
  get sent(): number | undefined {
    return this.#sent;
  }

  get acked(): number {
    return this.#acked;
  }

  get isPlaced(): boolean {
    return this.#sent !== undefined;
  }

  /** The peer has everything up to `position`. */
  startAt(position: number): void {
    this.#session += 1;
    this.#from = position;
    this.#heldFrom = undefined;
    this.#sent = position;
    this.#acked = position;
    this.#runs = [];
    this.#bytesUnderWay = 0;
  }

  /** It lacks what was before `position`: until `release`, what comes behind it is told but not claimed. */
  startWithheld(position: number): void {
    this.startAt(position);
    this.#heldFrom = position;
  }

  /** It has what was before: all that came since is told again, with its claims. */
  release(): void {
    if (this.#heldFrom !== undefined) this.startAt(this.#heldFrom);
  }

  /** Whether the records that the peer lacks are gone. */
  get isOutrun(): boolean {
    return this.#sent !== undefined && this.neededBehind < this.stream.first - 1;
  }

  /** Whether there is something that was not sent. */
  get isBehind(): boolean {
    return this.#sent !== undefined && this.#sent < this.stream.last;
  }

  /** How many records the peer has not confirmed. */
  get pending(): number {
    return this.stream.last - (this.#sent === undefined ? this.stream.first - 1 : this.#acked);
  }

  /** What it says it knows, by whoever told it, need not be sent any more. */
  advance(vector: VersionVector, nowMs: number): void {
    // What was picked for the peer it lacks, whatever it says.
    if (this.name === 'repair') return;
    if (this.#sent === undefined) {
      const position = this.stream.positionOf(vector);
      if (position === undefined) return;
      this.#reachedMs = nowMs;
      this.startAt(position);
      return;
    }
    if (this.#heldFrom !== undefined && this.#advanceHeld(this.#heldFrom, vector)) return;
    const position = this.stream.advance(this.#acked, vector);
    if (this.#heldFrom === undefined && position > this.#sent) this.startAt(position);
    else this.#confirm(Math.min(position, this.#sent), nowMs);
  }

  onHeard({ upTo, isMissing }: Heard, nowMs: number): void {
    if (this.#sent === undefined) return;
    this.#confirm(Math.min(upTo, this.#sent), nowMs);
    if (!isMissing || this.#sent <= this.#acked) return;
    // Until what is sent again has come, the peer goes on saying that it is missing.
    if (nowMs - this.#wentBackMs < geoLimits.syncRepeatMs / 2) return;
    this.#goBack(nowMs);
  }

  /** What was sent long ago and is not confirmed is sent again. */
  repeatIfLost(nowMs: number): void {
    if (nowMs < this.lostMs()) return;
    this.#repeatMs = Math.min(2 * this.#repeatMs, geoLimits.syncRepeatLastMs);
    this.#goBack(nowMs);
  }

  /** When what was sent counts as lost. */
  lostMs(): number {
    if (this.#sent === undefined || this.#sent <= this.#acked || !this.resends) return Infinity;
    const wayMs = this.#bytesUnderWay / geoLimits.syncBytesPerMsMin;
    return this.#unconfirmedSinceMs + this.#repeatMs + wayMs;
  }

  /** When there is something to send: −Infinity: now; Infinity: nothing. */
  readyMs(): number {
    if (this.#sent === undefined || this.stream.last <= this.#sent || this.isOutrun)
      return Infinity;
    if (this.#bytesUnderWay >= geoLimits.syncWindowBytes) return Infinity;
    if (this.delayMs === 0) return Number.NEGATIVE_INFINITY;
    const claimedMs = this.stream.claimedMs(this.#sent);
    if (claimedMs === undefined) return Infinity;
    return Math.max(claimedMs, this.#reachedMs) + this.delayMs;
  }

  /** Whether the peer has confirmed nothing for so long that it may not be listening. */
  isStalled(nowMs: number): boolean {
    return this.#owedSinceMs !== undefined && nowMs - this.#owedSinceMs >= geoLimits.syncRelayMs;
  }

  onSent(upTo: number, bytes: number, nowMs: number): void {
    this.#owedSinceMs ??= nowMs;
    if (this.#sent === this.#acked) this.#unconfirmedSinceMs = nowMs;
    this.#sent = upTo;
    this.#runs.push({ upTo, bytes });
    this.#bytesUnderWay += bytes;
  }

  /** Everything that is not confirmed has to be sent anew: the way to the peer was broken. */
  restart(nowMs: number): void {
    if (this.#sent === undefined) return;
    this.#reachedMs = nowMs;
    this.#repeatMs = geoLimits.syncRepeatMs;
    this.#goBack(nowMs);
  }

  #confirm(position: number, nowMs: number): void {
    if (position <= this.#acked) return;
    this.#acked = position;
    this.#owedSinceMs = position < (this.#sent ?? 0) ? nowMs : undefined;
    this.#unconfirmedSinceMs = nowMs;
    this.#repeatMs = geoLimits.syncRepeatMs;
    while (this.#runs[0] !== undefined && this.#runs[0].upTo <= position) {
      this.#bytesUnderWay -= this.#runs.shift()?.bytes ?? 0;
    }
  }

  /** It may have got what was before from somebody else. */
  #advanceHeld(heldFrom: number, vector: VersionVector): boolean {
    const position = this.stream.positionOf(vector);
    if (position === undefined || position < heldFrom) return false;
    this.startAt(position);
    return true;
  }

  #goBack(nowMs: number): void {
    if (!this.resends) return;
    this.#sent = this.#acked;
    this.#runs = [];
    this.#bytesUnderWay = 0;
    this.#wentBackMs = nowMs;
    this.#unconfirmedSinceMs = nowMs;
  }
}
