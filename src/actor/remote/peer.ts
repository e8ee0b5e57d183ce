import { forgetOldest } from '../../core/forget-oldest.ts';
import type { AtollError } from '../../core/errors.ts';
import { formatHostPort, type HostPort } from '../../core/network.ts';
import type { Timer } from '../../core/timers.ts';
import { formatAddress, type Address } from '../address.ts';
import type { IncomingLink } from './incoming-link.ts';
import type { DropReason, MemberStatus } from './links-options.ts';
import { Outbox, type OutboxRoom } from './outbox.ts';
import { OutgoingLink, type OutgoingLinkOwner } from './outgoing-link.ts';
import { ReconnectDelay } from './reconnect-delay.ts';
import { Tally } from './tally.ts';
import type { LinkContext } from './link-context.ts';

export interface PeerOwner {
  /** A number that no numbering of this system has had. */
  newStream(): number;
  /** Whether the system that answered is a member by another name; then this one is forgotten. */
  isOtherMember(peer: Peer, address: Address): boolean;
  /** The system that answered has proved who it is: what it calls itself is its name. */
  rename(peer: Peer, at: HostPort): void;
  /** What `outboxTo` answers has changed. */
  onRoutesChanged(): void;
  onUp(address: Address): void;
  onDown(address: Address, fault: AtollError): void;
  /** What keeps it from being up is another thing than before. */
  onFault(fault: AtollError): void;
  /** `peer` is `host:port`. */
  onDropped(peer: string, count: number, reason: DropReason): void;
}

/**
 * One member: its outboxes, the link to it, and the dials for ever after until there is one.
 *
 * There is an outbox for each life of the peer that messages are for: a ref may name a life that is over, or one that
 * began a moment ago and that a third system told of. Which of the two it is shows when the life that we are linked to
 * answers a heartbeat sent after the message was told: then the other one is over, for no two lives overlap.
 */
export class Peer implements OutgoingLinkOwner {
  /** Where it is dialled; its own word for it may be another (`at`). */
  readonly dialledAt: HostPort;
  at: HostPort;
  isLearned: boolean;
  /** Its link to us. */
  incoming: IncomingLink | undefined;
  gaps = 0;
  missing = 0;
  readonly #context: LinkContext;
  readonly #owner: PeerOwner;
  readonly #delay: ReconnectDelay;
  readonly #room: OutboxRoom;
  readonly #outboxes: Map<string, Outbox> = new Map();
  /** Some lives of which it is known that they are over: messages for them are dropped at once. */
  readonly #livesOver: Set<string> = new Set();
  readonly #tallies: Map<DropReason, Tally> = new Map();
  #link: OutgoingLink | undefined;
  #address: Address | undefined;
  #isUp = false;
  #isClosed = false;
  #timer: Timer | undefined;
  #connects = 0;
  #lastFault: AtollError | undefined;
  #quietSinceMs: number;

  constructor(
    context: LinkContext,
    owner: PeerOwner,
    { at, isLearned }: { at: HostPort; isLearned: boolean },
  ) {
    const { outside, limits } = context;
    this.#context = context;
    this.#owner = owner;
    this.dialledAt = at;
    this.at = at;
    this.isLearned = isLearned;
    this.#room = { memoryBytes: 0, memoryBytesMax: limits.outboxBytesMax };
    this.#delay = new ReconnectDelay(outside.random, {
      firstMs: limits.reconnectFirstMs,
      lastMs: limits.reconnectLastMs,
    });
    this.#quietSinceMs = outside.clock.monotonicMs();
  }

  /** The life of it that messages pass to, if they do. */
  get upAddress(): Address | undefined {
    return this.#isUp ? this.#address : undefined;
  }

  /** How long there has been no link either way, in ms. */
  quietMs(nowMs: number): number {
    if (this.#isUp || this.incoming !== undefined) this.#quietSinceMs = nowMs;
    return nowMs - this.#quietSinceMs;
  }

  /** Where messages for this life wait, or why they cannot. */
  outboxTo(address: string): Outbox | DropReason {
    const known = this.#outboxes.get(address);
    if (known !== undefined) return known;
    const isFull = this.#outboxes.size >= this.#context.limits.livesHeldMax;
    if (isFull || this.#livesOver.has(address)) return 'other life';
    const outbox = this.#newOutbox(address, this.#owner.newStream());
    if (this.#address !== undefined) outbox.memoryBytesMax *= doubtfulShare;
    return outbox;
  }

  /** Something was put into an outbox. */
  flushSoon(): void {
    if (this.#isUp) this.#link?.flushSoon();
  }

  drop(count: number, reason: DropReason): void {
    let tally = this.#tallies.get(reason);
    if (tally === undefined) {
      const report = (sum: number): void =>
        this.#owner.onDropped(formatHostPort(this.at), sum, reason);
      const { outside, limits } = this.#context;
      tally = new Tally({ timers: outside.timers, intervalMs: limits.reportMs, report });
      this.#tallies.set(reason, tally);
    }
    this.#context.counters.dropped += count;
    tally.add(count);
  }

  /** Dials now, unless it is up or under way. */
  dial(): void {
    if (this.#link !== undefined || this.#isClosed) return;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#link = new OutgoingLink(this.#context, this.dialledAt, this);
  }

  /** The peer has said hello to us, in this life. */
  heard({ boot }: Address): void {
    if (this.#isUp && this.#address?.boot !== boot) {
      this.#link?.destroy('the system there has started anew');
    }
    this.dial();
  }

  /** To be called for each `heartbeatMs`. */
  tick(nowMs: number): void {
    this.#link?.tick();
    this.incoming?.tick();
    for (const outbox of this.#outboxes.values()) {
      const { oldestMs } = outbox;
      if (oldestMs === undefined) continue;
      outbox.isStale = nowMs - oldestMs > this.#context.limits.outboxAgeMs;
    }
  }

  status(): MemberStatus {
    const outboxes = [...this.#outboxes.values()];
    return {
      at: formatHostPort(this.at),
      address: this.#address === undefined ? undefined : formatAddress(this.#address),
      state: this.#state(),
      isHeard: this.incoming !== undefined,
      isLearned: this.isLearned,
      roundTripMs: this.#link?.roundTripMs,
      heldBytes: outboxes.reduce((sum, outbox) => sum + outbox.heldBytes, 0),
      heldMessages: outboxes.reduce((sum, outbox) => sum + outbox.heldMessages, 0),
      dropped: [...this.#tallies.values()].reduce((sum, tally) => sum + tally.total, 0),
      gaps: this.gaps,
      missing: this.missing,
      reconnects: Math.max(0, this.#connects - 1),
      lastFault: this.#lastFault?.message,
    };
  }

  /** Says goodbye behind what is held. Nothing is dialled any more; follow with `forget`. */
  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#link?.close();
    this.incoming?.close();
  }

  /** Ends everything at once; what is still held counts as dropped for `reason`. */
  forget(reason: DropReason): void {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#link?.destroy('it is not a member any more');
    this.incoming?.destroy('it is not a member any more');
    for (const address of this.#outboxes.keys()) this.#discard(address, reason);
    for (const tally of this.#tallies.values()) tally.close();
  }

  streamTo(peer: Address): number | undefined {
    if (this.#isClosed || this.#owner.isOtherMember(this, peer)) return undefined;
    return this.#outboxes.get(formatAddress(peer))?.stream ?? this.#owner.newStream();
  }

  onAgreed(peer: Address, stream: number): Outbox | undefined {
    if (this.#isClosed || this.#owner.isOtherMember(this, peer)) return undefined;
    const address = formatAddress(peer);
    // One that was made during the hello has another stream; nothing of it was ever sent.
    let outbox = this.#outboxes.get(address);
    if (outbox === undefined) outbox = this.#newOutbox(address, stream);
    else outbox.stream = stream;
    outbox.memoryBytesMax = this.#room.memoryBytesMax;
    this.#owner.rename(this, peer.at);
    this.#address = peer;
    this.#isUp = true;
    this.#connects += 1;
    if (this.#connects > 1) this.#context.counters.reconnects += 1;
    this.#lastFault = undefined;
    this.#owner.onRoutesChanged();
    this.#owner.onUp(peer);
    return outbox;
  }

  onEcho(sentMs: number): void {
    this.#delay.reset();
    if (this.#outboxes.size < 2 || this.#address === undefined) return;
    const address = formatAddress(this.#address);
    for (const [other, { bornMs }] of this.#outboxes) {
      if (other !== address && bornMs < sentMs) this.#endLife(other);
    }
  }

  onOver(fault: AtollError): void {
    const wasUp = this.#isUp;
    this.#isUp = false;
    this.#link = undefined;
    if (this.#isClosed) return;
    const isNews = fault.message !== this.#lastFault?.message;
    this.#lastFault = fault;
    this.#timer = this.#context.outside.timers.setTimer(this.#delay.take(), () => this.dial());
    if (wasUp && this.#address !== undefined) {
      this.#owner.onRoutesChanged();
      this.#owner.onDown(this.#address, fault);
    } else if (isNews) {
      this.#owner.onFault(fault);
    }
  }

  #state(): MemberStatus['state'] {
    if (this.#isUp) return 'up';
    if (this.#lastFault?.code === 'HELLO_REFUSED') return 'refused';
    return this.#link === undefined ? 'waiting' : 'dialling';
  }

  #newOutbox(address: string, stream: number): Outbox {
    const { pool, outside } = this.#context;
    const bornMs = outside.clock.monotonicMs();
    const outbox = new Outbox({ room: this.#room, pool, stream, bornMs });
    this.#outboxes.set(address, outbox);
    return outbox;
  }

  #endLife(address: string): void {
    this.#discard(address, 'other life');
    this.#livesOver.add(address);
    forgetOldest(this.#livesOver, livesOverMax);
    this.#owner.onRoutesChanged();
  }

  #discard(address: string, reason: DropReason): void {
    const messages = this.#outboxes.get(address)?.discard() ?? 0;
    if (messages > 0) this.drop(messages, reason);
    this.#outboxes.delete(address);
  }
}

/** What the messages for a life may take of the room that another life is linked with. */
const doubtfulShare = 0.25;
const livesOverMax = 16;
