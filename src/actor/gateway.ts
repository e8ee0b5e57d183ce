import type { Outside } from '../core/outside.ts';
import type { ActorKind } from './actor-kind.ts';
import type { ActorRef } from './actor-ref.ts';
import type { Channel } from './channel-refs.ts';

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
  /** Ends it: no message comes from it afterwards. */
  close(): void | Promise<void>;
}

/** What a gateway has of its thread. */
export interface GatewayThread {
  readonly outside: Outside;
  readonly thread: number;
  /** The system's address. */
  readonly address: string;
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
 * Defines a kind of gateway. Export it from a module that all threads import. Its options and what is ready are
 * plain data: they may cross threads.
 */
export function defineGateway<Options, Ready>(
  name: string,
  start: (thread: GatewayThread, options: Options) => Promise<Gateway<Ready>>,
): GatewayKind<Options, Ready> {
  return new GatewayKind(name, start);
}
