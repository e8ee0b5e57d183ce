import { AtollError } from '../../core/errors.ts';
import { callLimits, ringLimits } from '../../core/limits.ts';
import { formatHostPort, type TlsOptions } from '../../core/network.ts';
import type { Timer } from '../../core/timers.ts';
import { CallConnection, type ClientOutside } from '../../resp/calls/call-connection.ts';
import { Call } from '../../resp/calls/call.ts';
import type { CommandArgument } from '../../resp/command-writer.ts';
import type { ReplyValue } from '../../resp/reply-value.ts';
import type { RingNode } from '../ring-view.ts';
import type { Attempt } from './attempt.ts';
import type { Deadlines } from './deadlines.ts';
import type { LeaseCache } from './lease-cache.ts';
import type { Operation } from './operation.ts';
import { SentWrites } from './sent-writes.ts';
import type { WriteNumbers } from './write-numbers.ts';

export interface LinkOwner {
  /** `[epoch, client]`, which every write carries. */
  readonly writeHead: readonly [number, string];
  /** The nodes that this client takes for dead, but for the one that is asked. Empty where nobody walks. */
  deadBut(node: RingNode): readonly string[];
  /** An attempt of it is sent. */
  onSend(operation: Operation): void;
  /** The node answered; throws `RESP_PROTOCOL` if that makes no sense. Requires: not `+WAITING`. */
  onReply(attempt: Attempt, reply: ReplyValue): void;
  /** The node cannot be reached, or its connection was lost: `operations` wait to be sent again, in their order. */
  onAway(link: NodeLink, fault: AtollError, operations: readonly Operation[]): void;
  /** The node answers again; what was parked is to be sent again. */
  onBack(link: NodeLink, parked: readonly Operation[]): void;
  /** The owner of `key` asked the lease back. The copy is gone. */
  onRevoke(key: string): void;
}

export interface NodeLinkOptions {
  readonly node: RingNode;
  readonly outside: ClientOutside;
  readonly tls: TlsOptions | undefined;
  readonly cache: LeaseCache;
  readonly deadlines: Deadlines;
  /** Of all nodes together. */
  readonly numbers: WriteNumbers;
  readonly owner: LinkOwner;
}

/**
 * The way to one node: a kept connection, made when it is first needed, on which everything is pipelined.
 *
 * A link is _away_ from when its connection was lost until the next one has greeted the node; what is sent meanwhile
 * is parked. So writes of one caller that were sent in an order arrive in that order, and a node that is down
 * is knocked at by one connection at a time, not by each call.
 */
export class NodeLink {
  readonly #options: NodeLinkOptions;
  #node: RingNode;
  #connection: CallConnection | undefined;
  /** Stands for the connection: what is granted on it ends with it. */
  #source: object = {};
  readonly #writes: SentWrites;
  /** Why the link is away; undefined: it is not. */
  #fault: AtollError | undefined;
  /** Losses since the node answered last. */
  #failures = 0;
  #parked: Operation[] = [];
  #lost: Operation[] | undefined;
  #retryTimer: Timer | undefined;
  #batchesBefore = 0;
  #isClosed = false;

  constructor(options: NodeLinkOptions) {
    this.#options = options;
    this.#node = options.node;
    const { timers } = options.outside;
    this.#writes = new SentWrites({ timers, ping: () => void this.#notice('PING') });
  }

  get node(): RingNode {
    return this.#node;
  }

  get isAway(): boolean {
    return this.#fault !== undefined;
  }

  /** What grants of the present connection have as their source. */
  get source(): object {
    return this.#source;
  }

  get batchesSent(): number {
    return this.#batchesBefore + (this.#connection?.batchesSent ?? 0);
  }

  /** The node is at another address, or has other neighbours. */
  moveTo(node: RingNode): void {
    const before = this.#node;
    this.#node = node;
    if (formatHostPort(before.at) === formatHostPort(node.at)) return;
    const moved = `${formatHostPort(before.at)} is at ${formatHostPort(node.at)} now`;
    this.#failures = 0;
    if (this.#connection !== undefined) {
      this.#connection.close(new AtollError('CONNECTION_LOST', moved));
    } else if (this.isAway) this.#knockLater();
  }

  send(operation: Operation, nowMs: number): void {
    if (this.#fault !== undefined) {
      operation.lastFault = this.#fault;
      this.#options.deadlines.watch(operation);
      this.#parked.push(operation);
      return;
    }
    const connection = this.#connection ?? this.#open();
    // One that was sent before may have been applied: it is never refused as if it had not.
    if (operation.attempts === 0 && connection.callCount >= callLimits.callsOutstandingMax) {
      const waiting = `${connection.callCount} calls wait for ${formatHostPort(this.#node.at)}`;
      operation.fail(new AtollError('TOO_MANY_CALLS', waiting));
      return;
    }
    const { question } = operation;
    const isLeased = question.kind === 'leased read';
    const attempt: Attempt = {
      operation,
      link: this,
      sentMs: nowMs,
      asking: isLeased ? this.#options.cache.ask(question.key, question.newest) : undefined,
      source: this.#source,
    };
    operation.attempts += 1;
    this.#options.owner.onSend(operation);
    if (question.kind === 'write') this.#sendWrite(attempt, connection);
    else {
      this.#call(connection, question.parts, attempt, (reply) => {
        this.#failures = 0;
        this.#options.owner.onReply(attempt, reply);
      });
    }
  }

  /** Tells the node whom this client takes for dead, before anything that is sent later. Tribbler §4.3. */
  sendDead(): void {
    if (this.#connection === undefined || this.isAway) return;
    void this.#notice('RING', 'WALK', ...this.#options.owner.deadBut(this.#node)); // Never rejects.
  }

  /** Gives a lease back; resolves when the node knows, or never will. */
  giveBack(key: string, leaseId: number): Promise<void> {
    return this.#notice('REVOKED', key, leaseId);
  }

  close(fault: AtollError): void {
    this.#isClosed = true;
    this.#retryTimer?.cancel();
    this.#connection?.close(fault);
    for (const operation of this.#parked) operation.fail(fault);
    this.#parked = [];
  }

  #sendWrite(attempt: Attempt, connection: CallConnection): void {
    const { operation } = attempt;
    const { numbers } = this.#options;
    const number = operation.numberOf(numbers);
    this.#options.cache.written(operation.question.key);
    this.#writes.add(number, attempt);
    const head = this.#options.owner.writeHead;
    const parts = ['ONCE', ...head, number, numbers.floor, ...operation.question.parts];
    const forget = (): void => this.#writes.remove(number);
    const answered = (reply: ReplyValue): void => {
      this.#failures = 0;
      if (!this.#writes.has(number)) return; // Applied already: the push came first.
      if (reply === 'WAITING') this.#wait(number, operation);
      else {
        forget();
        this.#options.owner.onReply(attempt, reply);
      }
    };
    this.#call(connection, parts, attempt, answered, forget);
  }

  #call(
    connection: CallConnection,
    parts: readonly CommandArgument[],
    { operation, asking, sentMs }: Attempt,
    interpret: (reply: ReplyValue) => void,
    onFailed?: () => void,
  ): void {
    const request = {
      parts,
      strings: 'text' as const,
      isRepeatable: true,
      takesErrors: true,
      timeoutMs: Math.max(1, Math.round(operation.deadlineMs - sentMs)),
      interpret,
    };
    const call = new Call<void>(request, sentMs, {
      resolve: () => undefined,
      reject: (fault) => {
        onFailed?.();
        if (asking !== undefined) this.#options.cache.abandon(asking);
        if (!(fault instanceof AtollError)) throw fault;
        // A connection that is over hands back what it owes; otherwise the deadline is over, or the reply was nonsense.
        if (this.#lost === undefined) operation.fail(fault);
        else if (!operation.isSettled) this.#lost.push(operation);
      },
    });
    connection.send(call as Call, sentMs);
  }

  /** Sends a command whose reply says nothing. */
  #notice(...parts: readonly CommandArgument[]): Promise<void> {
    const connection = this.#connection;
    if (connection === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      const nowMs = this.#options.outside.clock.monotonicMs();
      const request = {
        parts,
        strings: 'text' as const,
        isRepeatable: true,
        takesErrors: true,
        timeoutMs: ringLimits.callMsMax,
        interpret: () => undefined,
      };
      const settle = { resolve, reject: () => resolve(undefined) };
      connection.send(new Call<undefined>(request, nowMs, settle) as Call, nowMs);
    });
  }

  #open(): CallConnection {
    const { outside, tls, owner } = this.#options;
    const node = this.#node;
    this.#source = {};
    const connection = new CallConnection({
      address: node.at,
      outside,
      tls,
      connectMs: callLimits.connectMs,
      // Pushes need RESP3, and without them no lease could be asked back.
      greeting: () => {
        const dead = owner.deadBut(node);
        const walk: CommandArgument[][] = dead.length === 0 ? [] : [['RING', 'WALK', ...dead]];
        return { commands: [['HELLO', 3], ...walk], isRequired: true };
      },
      owner: {
        onAnswered: () => undefined,
        onDeadline: () => undefined,
        onDropped: () => undefined,
        onGreeted: () => this.#greeted(),
        onPush: (values) => this.#push(values),
        onOver: (fault, unanswered) => this.#over(fault, unanswered),
      },
    });
    this.#connection = connection;
    return connection;
  }

  #greeted(): void {
    if (this.#fault === undefined) return;
    this.#fault = undefined;
    const parked = this.#parked;
    this.#parked = [];
    for (const operation of parked) this.#options.deadlines.forget(operation);
    this.#options.owner.onBack(this, parked);
  }

  #push(values: readonly ReplyValue[]): void {
    const [kind, subject, detail] = values;
    if (kind === 'revoke' && typeof subject === 'string' && typeof detail === 'number') {
      this.#options.cache.revoke(subject, detail);
      void this.giveBack(subject, detail); // Never rejects; whether the node took it is its matter.
      this.#options.owner.onRevoke(subject);
    } else if (kind === 'applied' && typeof subject === 'number') {
      this.#applied(subject, detail);
    }
  }

  #wait(number: number, operation: Operation): void {
    this.#writes.wait(number);
    operation.lastFault = undefined;
    this.#options.deadlines.watch(operation);
  }

  #applied(number: number, reply: ReplyValue | undefined): void {
    const attempt = this.#writes.get(number);
    if (attempt === undefined) return;
    this.#writes.remove(number);
    this.#options.deadlines.forget(attempt.operation);
    try {
      this.#options.owner.onReply(attempt, reply ?? null);
    } catch (error) {
      if (!(error instanceof AtollError)) throw error;
      attempt.operation.fail(error);
    }
  }

  /** Losing the connection ends its copies, and hands back what was under way: the waiting writes were sent first. */
  #over(fault: AtollError | undefined, unanswered: readonly Call[]): void {
    this.#batchesBefore += this.#connection?.batchesSent ?? 0;
    this.#connection = undefined;
    this.#options.cache.sourceOver(this.#source);
    const reason = fault ?? new AtollError('CONNECTION_LOST', 'the server ended the connection');
    this.#lost = this.#writes.takeWaiting();
    for (const call of unanswered) call.fail(reason);
    const lost = this.#lost;
    this.#lost = undefined;
    if (this.#isClosed) for (const operation of lost) operation.fail(reason);
    else if (fault !== undefined || lost.length > 0 || this.isAway) this.#goAway(reason, lost);
  }

  #goAway(fault: AtollError, lost: readonly Operation[]): void {
    this.#fault = fault;
    this.#knockLater();
    const operations = [...lost, ...this.#parked];
    this.#parked = [];
    for (const operation of operations) this.#options.deadlines.forget(operation);
    this.#options.owner.onAway(this, fault, operations);
  }

  /** The first time at once: a server that was restarted is there already. */
  #knockLater(): void {
    const { outside } = this.#options;
    const fullMs = Math.min(50 * 2 ** Math.min(this.#failures - 1, 16), ringLimits.deadRetryMs);
    const delayMs = this.#failures === 0 ? 0 : fullMs * (0.5 + outside.random.fraction() / 2);
    this.#failures += 1;
    this.#retryTimer?.cancel();
    this.#retryTimer = outside.timers.setTimer(delayMs, () => {
      this.#open();
      void this.#notice('PING'); // Never rejects. A node that says nothing is given up only if it owes something.
    });
  }
}
