import { assert } from '../core/assert.ts';
import { AtollError } from '../core/errors.ts';
import { mustParseHostPort } from '../core/network.ts';
import type { Outside } from '../core/outside.ts';
import type { ThreadGroup } from '../core/threads.ts';
import type { Timer } from '../core/timers.ts';
import type { ActorKind } from './actor-kind.ts';
import type { ActorRef } from './actor-ref.ts';
import type { Channel } from './channel-refs.ts';
import { addCounters, type ThreadCounters } from './counters.ts';
import { closedError } from './dispatcher.ts';
import type { GatewayKind } from './gateway.ts';
import type { Kinds } from './kinds.ts';
import { RemoteInbox } from './remote-inbox.ts';
import type { MemberStatus } from './remote/links-options.ts';
import type { SystemLinks } from './system-links.ts';
import type { ThreadAnswer, ThreadCommand, ThreadReport } from './thread-command.ts';
import { errorOf, ThreadRuntime } from './thread-runtime.ts';

/** What went wrong, and at which actor if at one: `uid()` of its ref. */
export type OnError = (error: AtollError, actor: string | undefined) => void;

export interface ActorSystemParts {
  readonly outside: Outside;
  readonly address: string;
  readonly kinds: Kinds;
  /** The threads besides this one, which run a `ThreadRuntime` of this system each. */
  readonly group: ThreadGroup | undefined;
  /** Listening, not started. */
  readonly links: SystemLinks | undefined;
  readonly onError: OnError | undefined;
  readonly alwaysMarshal: boolean;
}

/**
 * Starts actors and carries messages: between actors, from the program to actors and back, on this thread, to
 * the other threads of this process, and to other systems. CMUD §4.1.
 *
 * This is the program's handle; it lives on thread 0. Each thread does the work in a `ThreadRuntime`.
 */
export class ActorSystem {
  readonly address: string;
  readonly #outside: Outside;
  readonly #kinds: Kinds;
  readonly #group: ThreadGroup | undefined;
  readonly #links: SystemLinks | undefined;
  readonly #onError: OnError;
  readonly #runtime: ThreadRuntime;
  readonly #questions: Map<number, Question> = new Map();
  readonly #endedThreads: Set<number> = new Set();
  #nextQuestion = 1;
  #nextThread = 0;
  #closing: Promise<void> | undefined = undefined;

  constructor(parts: ActorSystemParts) {
    const { outside, address, kinds, group, links, alwaysMarshal } = parts;
    this.address = address;
    this.#outside = outside;
    this.#kinds = kinds;
    this.#group = group;
    this.#links = links;
    this.#onError = parts.onError ?? logError(outside);
    const ports = [undefined, ...(group?.ports ?? [])];
    this.#runtime = new ThreadRuntime({
      outside,
      address,
      kinds,
      thread: 0,
      ports,
      links,
      alwaysMarshal,
      onReport: (report, error) => this.#report(report, error),
      onAnswer: (id, answer) => this.#onAnswer(id, answer),
    });
    const { dispatcher, gateways } = this.#runtime;
    // Links log what happens to them: only who asked for errors hears of it again.
    const report = (fault: AtollError): void => {
      if (parts.onError !== undefined) this.#tellError(fault, undefined);
    };
    links?.start(new RemoteInbox(dispatcher, ports, gateways, report));
    if (group !== undefined) group.onExit = (thread, reason) => this.#onThreadExit(thread, reason);
  }

  /** How many threads run actors, this one included. */
  get threadCount(): number {
    return 1 + (this.#group?.ports.length ?? 0);
  }

  /**
   * Starts an actor and returns its ref at once. Without `thread`, actors are placed on all threads in turn.
   * Throws `ACTOR_KIND_UNKNOWN` for a kind that another thread could not find, `SYSTEM_CLOSED` after `close`.
   */
  startActor<Message, Lent>(
    kind: ActorKind<Message, Lent, unknown>,
    options: { readonly thread?: number } = {},
  ): ActorRef<Message> {
    const thread = options.thread ?? this.#nextThread;
    if (options.thread === undefined) this.#nextThread = (thread + 1) % this.threadCount;
    this.#checkThread(thread);
    if (this.#closing !== undefined) throw closedError();
    if (thread !== 0) this.#kinds.actor(kind.name);
    return this.#runtime.dispatcher.startActor(kind, thread);
  }

  /**
   * Starts a gateway on a thread. Resolves with what it has ready; rejects with why it could not start.
   *
   * On thread 0 `options` are passed as they are and may be anything, a disk for example; for any other thread they
   * are plain data, a copy of which crosses.
   */
  async startGateway<Options, Ready>(
    kind: GatewayKind<Options, Ready>,
    { thread = 0, options }: { readonly thread?: number; readonly options: Options },
  ): Promise<Ready> {
    this.#checkThread(thread);
    if (this.#closing !== undefined) throw closedError();
    if (thread === 0) {
      const local = kind as unknown as GatewayKind<unknown, unknown>;
      return (await this.#runtime.gateways.start(local, options)) as Ready;
    }
    this.#kinds.gateway(kind.name);
    const answer = await this.#ask(thread, (id) => {
      return { type: 'start gateway', id, kind: kind.name, options };
    });
    if (answer.type === 'gateway failed') throw new AtollError(answer.code, answer.message);
    assert(answer.type === 'gateway started', 'the answer is to another question');
    return answer.ready as Ready;
  }

  /**
   * Sends a snapshot of `message`. Never blocks and never throws; delivered at most once, in order for each
   * sender and receiver. CMUD §4. What goes wrong here goes to `onError`, what is lost is counted.
   */
  tell<Message>(to: ActorRef<Message>, message: Message): void {
    this.#runtime.dispatcher.tell(undefined, to, message);
  }

  /** Takes the snapshot now and tells it after `delayMs`, unless cancelled. */
  tellAfter<Message>(to: ActorRef<Message>, message: Message, delayMs: number): Timer {
    return this.#runtime.dispatcher.tellAfter(undefined, to, message, delayMs);
  }

  /** A ref whose first message resolves a promise. CMUD §4.3. */
  newChannelRef<Message>(): Channel<Message> {
    return this.#runtime.dispatcher.newChannelRef();
  }

  /**
   * Tells `message` with a `replyTo` and resolves with the reply. Rejects with `ASK_TIMEOUT` when none came in
   * `timeoutMs`, and with what the snapshot refuses.
   */
  async ask<Message extends { readonly type: string }, Request extends Asking<Message>>(
    to: ActorRef<Message>,
    request: Request,
    { timeoutMs }: { readonly timeoutMs: number },
  ): Promise<ReplyTo<Message, Request['type']>> {
    const channel = this.newChannelRef<ReplyTo<Message, Request['type']>>();
    const message = { ...request, replyTo: channel.ref };
    const refusal = this.#runtime.dispatcher.tell(undefined, to, message);
    if (refusal !== undefined) {
      channel.close();
      throw refusal;
    }
    return await new Promise((resolve, reject) => {
      const timer = this.#outside.timers.setTimer(timeoutMs, () => {
        channel.close();
        const text = `${to.uid()} did not reply to ${request.type} within ${timeoutMs} ms`;
        reject(new AtollError('ASK_TIMEOUT', text));
      });
      const settle = (): void => timer.cancel();
      channel.message.then(resolve, reject).finally(settle);
    });
  }

  /** Whether the actor lives in this system. */
  isLocal(ref: ActorRef<never>): boolean {
    return ref.address === this.address;
  }

  /**
   * Makes the system at `hostPort` a member: messages to its actors travel from now on, whenever it can be
   * reached. Systems that join us become members by themselves. Throws `USAGE` without a port of our own.
   */
  addMember(hostPort: string): void {
    if (this.#links === undefined) {
      throw new AtollError('USAGE', 'a system needs a port of its own to have members');
    }
    this.#links.addMember(mustParseHostPort(hostPort));
  }

  /** The systems that this one talks to, as it sees them. */
  members(): readonly MemberStatus[] {
    return this.#links?.members() ?? [];
  }

  /** The counters of all threads together; after `close`, of this one. */
  async counters(): Promise<ThreadCounters> {
    const own = this.#runtime.dispatcher.count();
    if (this.#closing !== undefined) return own;
    const others = await Promise.all(
      (this.#group?.ports ?? []).map((_, index) =>
        this.#ask(index + 1, (id) => ({ type: 'count', id })),
      ),
    );
    return addCounters([own, ...others.map((answer) => countersOf(answer))]);
  }

  /**
   * What the gateways of all threads tell of themselves now (`Gateway.inspect`), thread by thread; after
   * `close`, nothing.
   */
  async inspectGateways(): Promise<readonly unknown[]> {
    if (this.#closing !== undefined) return [];
    const others = await Promise.all(
      (this.#group?.ports ?? []).map((_, index) =>
        this.#ask(index + 1, (id) => ({ type: 'inspect', id })),
      ),
    );
    return [...this.#runtime.gateways.inspect(), ...others.flatMap((answer) => gatewaysOf(answer))];
  }

  /** Ends gateways, actors, links and threads. Later tells are dropped and counted. Safe to call twice. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const threads = (this.#group?.ports ?? []).map((_, index) => index + 1);
    const closing = threads.map((thread) => this.#ask(thread, (id) => ({ type: 'close', id })));
    // A thread that died is closed too.
    await Promise.allSettled(closing);
    await this.#runtime.close();
    await this.#links?.close();
    await this.#group?.terminate();
    for (const question of this.#questions.values()) question.reject(closedError());
    this.#questions.clear();
  }

  #ask(thread: number, question: (id: number) => ThreadCommand): Promise<ThreadAnswer> {
    const id = this.#nextQuestion;
    this.#nextQuestion += 1;
    return new Promise((resolve, reject) => {
      if (this.#endedThreads.has(thread)) return reject(closedError());
      this.#questions.set(id, { thread, resolve, reject });
      this.#runtime.dispatcher.command(thread, question(id));
    });
  }

  #onAnswer(id: number, answer: ThreadAnswer): void {
    const question = this.#questions.get(id);
    assert(question !== undefined, 'nobody asked');
    this.#questions.delete(id);
    question.resolve(answer);
  }

  #report(report: ThreadReport, error: AtollError | undefined): void {
    this.#tellError(error ?? errorOf(report), report.actor === '' ? undefined : report.actor);
  }

  #tellError(error: AtollError, actor: string | undefined): void {
    try {
      this.#onError(error, actor);
    } catch (thrown) {
      // A tell never throws, and a turn is not broken off: also not by who is told of errors.
      const { code } = error;
      this.#outside.log.error('onError threw', { thrown: String(thrown), code, actor });
    }
  }

  /** Half a system is worse than none: its refs would be black holes. */
  #onThreadExit(thread: number, reason: string): void {
    this.#endedThreads.add(thread);
    for (const [id, question] of this.#questions) {
      if (question.thread !== thread) continue;
      this.#questions.delete(id);
      question.reject(closedError());
    }
    if (this.#closing !== undefined) return;
    throw new Error(`thread ${thread} of the actor system ended: ${reason}`);
  }

  #checkThread(thread: number): void {
    if (Number.isInteger(thread) && thread >= 0 && thread < this.threadCount) return;
    const text = `expected a thread from 0 to ${this.threadCount - 1}, got ${thread}`;
    throw new AtollError('USAGE', text);
  }
}

interface Question {
  readonly thread: number;
  readonly resolve: (answer: ThreadAnswer) => void;
  readonly reject: (error: AtollError) => void;
}

/** The messages of a protocol that have a `replyTo`, without it: what can be asked. */
export type Asking<Message extends { readonly type: string }> = Message extends {
  readonly replyTo: ActorRef<never>;
}
  ? Omit<Message, 'replyTo'> & { readonly type: Message['type'] }
  : never;

/** What the message of type `Type` is replied with. */
export type ReplyTo<Message extends { readonly type: string }, Type> =
  Extract<Message, { readonly type: Type }> extends { readonly replyTo: ActorRef<infer Reply> }
    ? Reply
    : never;

function gatewaysOf(answer: ThreadAnswer): readonly unknown[] {
  assert(answer.type === 'inspected', 'the answer is to another question');
  return answer.gateways;
}

function countersOf(answer: ThreadAnswer): ThreadCounters {
  assert(answer.type === 'counted', 'the answer is to another question');
  return answer.counters;
}

function logError({ log }: Outside): OnError {
  return (error, actor) => {
    log.error('actor error', { code: error.code, message: error.message, actor });
  };
}
