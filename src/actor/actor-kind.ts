import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Random } from '../core/random.ts';
import type { Timer } from '../core/timers.ts';
import type { ActorRef } from './actor-ref.ts';

/**
 * A kind of actor: its name and how one of it begins. CMUD §4.3.
 *
 * Kinds are exported by modules that every thread imports, and named across threads: a closure
 * never crosses, so an actor gets nothing at its start but its context. What it must know comes as its
 * first message (the handout's constructor of a fixed signature, CMUD §4.4).
 */
export class ActorKind<Message, Lent = never, Output = never> {
  readonly name: string;
  readonly create: (context: ActorContext<Message, Output>) => ActorBehaviour<Message, Lent>;
  readonly onThrow: OnThrow;

  constructor(
    name: string,
    create: (context: ActorContext<Message, Output>) => ActorBehaviour<Message, Lent>,
    onThrow: OnThrow,
  ) {
    this.name = name;
    this.create = create;
    this.onThrow = onThrow;
  }
}

/**
 * What becomes of an actor whose handler threw: `continue` goes on with the next message and the state as it is
 * (the handout's rule); `restart` makes a new behaviour, with the mailbox and the ref kept; `stop` ends it.
 * The error is reported through `onError` in any case. An actor whose `create` throws ends, whatever its kind says.
 */
export type OnThrow = 'continue' | 'restart' | 'stop';

/** What an actor does. It runs one message at a time, to the end: no await, no I/O, no timers of its own. */
export interface ActorBehaviour<Message, Lent = never> {
  onMessage(message: Message): void;
  /** Takes what a gateway of the same thread lends: valid during the call only (`GatewayThread.lend`). */
  onLent?(lent: Lent): void;
  /** Called once at the actor's end, also when its system closes. */
  onStop?(): void;
}

/** An actor's only way to anything: CMUD §4.4 allows it no other. */
export interface ActorContext<Message, Output = never> {
  readonly self: ActorRef<Message>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Sends a snapshot of `message`. Never blocks, never throws: what goes wrong goes to `onError`. */
  tell<To>(to: ActorRef<To>, message: To): void;
  /** Takes the snapshot now and tells it after `delayMs`, unless cancelled. */
  tellAfter<To>(to: ActorRef<To>, message: To, delayMs: number): Timer;
  /** Starts an actor on this thread. */
  startActor<Other, Lent>(kind: ActorKind<Other, Lent, unknown>): ActorRef<Other>;
  /**
   * Hands `output` to the gateway that started this actor (`StartOptions.onEmit`), before the call returns. It is
   * lent: whoever gets it may not keep it. Does nothing in an actor that no gateway listens to.
   *
   * A property, so that the types hold the gateway to all that its actor emits.
   */
  readonly emit: (output: Output) => void;
  /** Whether the actor lives in this system. */
  isLocal(ref: ActorRef<never>): boolean;
  /** Ends this actor after the current message; what waits and what comes later are dead letters. */
  stop(): void;
}

export interface ActorOptions {
  /** Default: `continue`. */
  readonly onThrow?: OnThrow;
}

/**
 * Defines a kind of actor. Export it from a module that all threads import (`ActorSystem.create({modules})`).
 *
 * @param name - unique among the kinds of a system; it names the kind across threads.
 * @param create - called once per actor, on the actor's thread.
 */
export function defineActor<Message, Lent = never, Output = never>(
  name: PlainProtocol<Message> & string,
  create: (context: ActorContext<Message, Output>) => ActorBehaviour<Message, Lent>,
  options: ActorOptions = {},
): ActorKind<Message, Lent, Output> {
  return new ActorKind<Message, Lent, Output>(name, create, options.onThrow ?? 'continue');
}

/** `string` for a protocol of plain data; for another one a type that no name has and whose text says why. */
export type PlainProtocol<Message> = [Message] extends [Plain<Message>]
  ? string
  : 'A protocol holds plain data only: null, boolean, number, bigint, string, Uint8Array, ActorRef, arrays, objects';

/** Plain data whose shape is not known: for protocols that carry what an application gives them. */
export type PlainValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | ActorRef<never>
  | readonly PlainValue[]
  | { readonly [name: string]: PlainValue };

type Plain<T> = T extends PlainValue
  ? T
  : T extends undefined | symbol | ((...parameters: never[]) => unknown)
    ? never
    : { [Key in keyof T]: Plain<T[Key]> };

/**
 * One handler for each `type` of a protocol: a case that is missing does not compile.
 *
 * @example
 * dispatch<CounterMessage>({ add: (m) => { count += m.value; }, get: (m) => … })
 */
export function dispatch<Message extends { readonly type: string }>(
  handlers: Handlers<Message>,
): (message: Message) => void {
  const byType = handlers as Readonly<Record<string, (message: never) => void>>;
  return (message) => {
    const handler = byType[message.type] as ((message: Message) => void) | undefined;
    // From another version of the program, or `constructor`: the types cannot rule it out.
    if (handler === undefined || !Object.hasOwn(byType, message.type)) {
      throw new TypeError(`no handler for a message of type ${message.type}`);
    }
    handler(message);
  };
}

export type Handlers<Message extends { readonly type: string }> = {
  readonly [Type in Message['type']]: (message: Extract<Message, { readonly type: Type }>) => void;
};
