import type { Outside } from '../core/outside.ts';
import type { ActorKind } from './actor-kind.ts';
import type { ActorRef } from './actor-ref.ts';
import type { Channel } from './channel-refs.ts';
import type { MemberStatus } from './remote/links-options.ts';

/**
 * The piece of a thread that is not an actor: it owns sockets and files, and turns what comes through them
 * into messages to actors. CMUD §4.4 forbids actors all I/O; a gateway is where it goes instead.
 *
 * A gateway runs on the thread on which it was started, so that what it reads can be lent to an actor of the
 * same thread without a copy and without a hop.
 */
export class GatewayKind<Options, Ready> {
  readonly name: string;
  readonly start: (thread: GatewayThread, options: Options) => Promise<Gateway<Ready>>;

  constructor(
    name: string,
    start: (thread: GatewayThread, options: Options) => Promise<Gateway<Ready>>,
  ) {
    this.name = name;
    this.start = start;
  }
}

/** A gateway that runs. */
export interface Gateway<Ready> {
  /** Plain data for whoever started it: the port it listens on, for example. */
  readonly ready: Ready;
  /** Plain data for operators about how it is now. */
  inspect?(): unknown;
  /**
   * Takes what another gateway of the system posted. Mail from one gateway to another comes in the order posted, on
   * a turn of its own: it may tell, lend and post. What it gets is its own: it may keep and change it. Only Uint8Arrays
   * in it are lent for the time of the call: what is kept of them is copied. That it throws is a bug: the process ends.
   *
   * Mail that came before this gateway was ready waits for it; none comes once `close` is over. Without `onMail`
   * all of it is dead letters.
   */
  onMail?(mail: unknown, from: GatewayRef): void;
  /** Ends it: no message comes from it afterwards. */
  close(): void | Promise<void>;
}

/** Names a gateway of the same system. Plain data: it may be told, posted and given to a gateway as an option. */
export interface GatewayRef {
  readonly thread: number;
  /** The how-many-th gateway of its thread it is. */
  readonly number: number;
}

/** What a gateway has of its thread. */
export interface GatewayThread {
  readonly outside: Outside;
  readonly thread: number;
  /** The system's address. */
  readonly address: string;
  /** The links to other systems: on thread 0, if the system has a port. */
  readonly links: GatewayLinks | undefined;
  /** Whom others post to who want to reach this gateway; valid from the start. */
  readonly self: GatewayRef;
  /** Starts an actor on this thread. */
  startActor<Message, Lent, Output>(
    kind: ActorKind<Message, Lent, Output>,
    options?: StartOptions<Output>,
  ): LocalActor<Message, Lent>;
  tell<To>(to: ActorRef<To>, message: To): void;
  newChannelRef<Message>(): Channel<Message>;
  /**
   * Lends `lent` to an actor that this gateway started. The actor first handles what waits in its mailbox, then
   * `onLent(lent)`, all before this returns. The actor may not keep it. It counts as `count` messages
   * told from outside and `count` channel refs used: one for each query of a batch.
   */
  lend<Lent>(to: LocalActor<never, Lent>, lent: Lent, count: number): void;
  /**
   * Sends a snapshot of `mail` to a gateway of this system, which gets it in a later turn (`Gateway.onMail`). It leaves
   * at the end of the turn, in order with all that is told to the other thread: what was told before is in the
   * mailboxes there when the mail comes. It is plain data of at most `actorLimits.mailBytesMax`; anything else is a
   * bug and asserts. It is no message between actors and counts as none. Mail to a gateway that is closed or
   * never was is a dead letter.
   */
  post(to: GatewayRef, mail: unknown): void;
}

/**
 * The other systems, as a gateway of thread 0 has them: it says who is a member, and hears whom messages pass to. A
 * peer is told by its address, `host:port#boot.threads`, which also names its life; `firstActorOf` finds an actor there.
 */
export interface GatewayLinks {
  /** As `ActorSystem.addMember`. Throws `USAGE` for what is not `host:port`. */
  addMember(hostPort: string): void;
  /**
   * Ends the links to that system and drops what is held for it. It is a member again if it dials us. Throws
   * `USAGE` for what is not `host:port`.
   */
  removeMember(hostPort: string): void;
  members(): readonly MemberStatus[];
  /**
   * Called when messages to a system begin to pass; soon after it is set, also for those that they pass to already.
   * That it throws, or `onPeerDown`, is a bug: the process ends.
   */
  onPeerUp: ((address: string) => void) | undefined;
  /**
   * Called when they do not pass any more: they are held, and the system is dialled again; or it is no member any
   * more, because it said goodbye or was removed.
   */
  onPeerDown: ((address: string) => void) | undefined;
}

export interface StartOptions<in Output> {
  /**
   * Gets what the actor emits, inside its turn: how what an actor makes comes to a disk (CMUD §4.4). `output` is lent
   * for the call. Called from the actor's `create` to its `onStop`, so also after the gateway was closed. It may tell
   * and post, and not lend. That it throws is a bug: the process ends.
   */
  readonly onEmit?: (output: Output) => void;
}

/** An actor of the same thread, which can be lent to. */
export interface LocalActor<in Message, in Lent> {
  readonly ref: ActorRef<Message>;
  /** Only for the types. Never set. */
  readonly accepts?: (lent: Lent) => void;
}

/**
 * Defines a kind of gateway. Export it from a module that all threads import. What is ready is plain data, and so are
 * its options, for they may cross threads: but for a gateway of thread 0, which gets the very options that
 * `ActorSystem.startGateway` was given. They may be anything, a disk for example.
 */
export function defineGateway<Options, Ready>(
  name: string,
  start: (thread: GatewayThread, options: Options) => Promise<Gateway<Ready>>,
): GatewayKind<Options, Ready> {
  return new GatewayKind(name, start);
}
