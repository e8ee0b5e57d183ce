import type { AtollError } from '../../core/errors.ts';
import { actorLimits } from '../../core/limits.ts';
import type { TlsOptions } from '../../core/network.ts';
import type { Outside } from '../../core/outside.ts';
import type { Address } from '../address.ts';

/** Why messages to another system were dropped. */
export type DropReason =
  /** Its outbox was full, or its oldest message too old. */
  | 'outbox full'
  | 'outbox age'
  /** The batch does not fit a frame. */
  | 'too large'
  /** Another system runs at its address by now. */
  | 'other life'
  | 'not a member'
  /** This system is closing. */
  | 'closed';

/** What links can be given other bounds for; each is described in `core/limits.ts`. */
export interface LinkLimits {
  readonly frameBytesMax: number;
  readonly outboxBytesMax: number;
  readonly outboxAgeMs: number;
  readonly linkBufferBytesMax: number;
  readonly helloBytesMax: number;
  readonly helloMs: number;
  readonly hellosMax: number;
  readonly heartbeatMs: number;
  readonly peerSilenceMs: number;
  readonly reconnectFirstMs: number;
  readonly reconnectLastMs: number;
  readonly membersMax: number;
  readonly livesHeldMax: number;
  readonly memberForgottenMs: number;
  readonly reportMs: number;
  readonly linkCloseMs: number;
}

export interface LinksOptions {
  /**
   * Where others reach this system, and which life of it this is. Its host is what others are told; port 0
   * stands for the one that `listen` gets.
   */
  readonly self: Address;
  /** Systems of other clusters are refused. */
  readonly clusterId: string;
  readonly outside: Outside;
  /** Both ends of every link must know it. At least 16 bytes; a string counts in UTF-8. */
  readonly secret?: Uint8Array | string | undefined;
  /** Links are encrypted, and both ends present certificates. */
  readonly tls?: TlsOptions | undefined;
  /** Instead of those in `core/limits.ts`. */
  readonly limits?: Partial<LinkLimits>;
  /** Everything sent leaves so much later: for demonstrations and tests. */
  readonly linkLatencyMs?: number | undefined;
}

/** Whom the links tell. Called from their own turns, never from within a call of `Links`. */
export interface LinksEvents {
  /**
   * A batch of `count` messages for thread `lane` came: `bytes[start … end)`, lent for this call. In order
   * for each sender and lane. `lane` is below the `threads` of this system's address.
   * May throw `FRAME_INVALID` if it cannot be read: then the link that it came by is ended.
   */
  onBatch(
    lane: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    count: number,
    from: Address,
  ): void;
  /** Messages to this system pass from now on. */
  onPeerUp?(peer: Address): void;
  /** They do not any more: they are held, and it is dialled again, unless it is no member any more. */
  onPeerDown?(peer: Address, fault: AtollError): void;
  /** `missing` messages that the peer told actors of this system never came. */
  onGap?(peer: Address, missing: number): void;
  /** `count` messages to `peer` (an address, or `host:port`) were dropped; sums, each drop counted once. */
  onDropped?(peer: string, count: number, reason: DropReason): void;
  /** `CONNECT_FAILED`, `HELLO_REFUSED`, `FRAME_INVALID`: once for each change of what is wrong with a peer. */
  onFault?(fault: AtollError): void;
}

/** One member, as operators see it. */
export interface MemberStatus {
  /** `host:port` */
  readonly at: string;
  /** Of the life that was last talked to. */
  readonly address: string | undefined;
  /** Of the link that this system dials: `refused` and `waiting` will be dialled again. */
  readonly state: 'dialling' | 'up' | 'waiting' | 'refused';
  /** Whether the member has a link to this system. */
  readonly isHeard: boolean;
  /** Not given by `addMember`, but known from its hello. */
  readonly isLearned: boolean;
  /** Of the latest heartbeat. */
  readonly roundTripMs: number | undefined;
  readonly heldBytes: number;
  readonly heldMessages: number;
  /** Messages to it. */
  readonly dropped: number;
  /** Holes in what it sent, and the messages missing in them. */
  readonly gaps: number;
  readonly missing: number;
  /** How often the link was made anew after the first time. */
  readonly reconnects: number;
  readonly lastFault: string | undefined;
}

/** What all links of a system did since its start. */
export interface LinkCounters {
  bytesSent: number;
  bytesReceived: number;
  framesSent: number;
  framesReceived: number;
  messagesSent: number;
  messagesReceived: number;
  dropped: number;
  gaps: number;
  missing: number;
  framesInvalid: number;
  hellosRefused: number;
  reconnects: number;
}

export function newLinkCounters(): LinkCounters {
  return {
    bytesSent: 0,
    bytesReceived: 0,
    framesSent: 0,
    framesReceived: 0,
    messagesSent: 0,
    messagesReceived: 0,
    dropped: 0,
    gaps: 0,
    missing: 0,
    framesInvalid: 0,
    hellosRefused: 0,
    reconnects: 0,
  };
}

export function withDefaults(limits: Partial<LinkLimits> = {}): LinkLimits {
  return { ...actorLimits, ...limits };
}
