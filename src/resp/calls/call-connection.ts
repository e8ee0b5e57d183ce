import { AtollError } from '../../core/errors.ts';
import { callLimits } from '../../core/limits.ts';
import {
  formatHostPort,
  type Connection,
  type HostPort,
  type TlsOptions,
} from '../../core/network.ts';
import type { Outside } from '../../core/outside.ts';
import type { Timer } from '../../core/timers.ts';
import { CommandWriter, type CommandArgument } from '../command-writer.ts';
import { ReplyParser } from '../reply-parser.ts';
import { ReplyError, type ReplyValue } from '../reply-value.ts';
import { describeReplyError, unknownCode, type Call } from './call.ts';
import { CallLine } from './call-line.ts';

export type ClientOutside = Pick<Outside, 'clock' | 'network' | 'random' | 'timers'>;

/** Who opened the connection, and hears what becomes of the calls on it. */
export interface CallConnectionOwner {
  /** The server answered `call`, which is settled; or its deadline was over before. */
  onAnswered(call: Call, latencyMs: number): void;
  /** The deadline of `call` is over; it is settled. */
  onDeadline(call: Call): void;
  /** `call`, settled before, has left the line without having been sent. */
  onDropped(call: Call): void;
  /**
   * The connection is over. `unanswered` hold all calls that wait, in order; of those from `unsentFrom`
   * on no byte has left. Without a fault nobody waited, and it had been greeted.
   */
  onOver(fault: AtollError | undefined, unanswered: readonly Call[], unsentFrom: number): void;
  /** The greeting was accepted: all its commands were answered, none with an error. */
  onGreeted?(): void;
  /** RESP3: a push came, in order with the replies. What is sent in this call leaves in the same turn. */
  onPush?(values: readonly ReplyValue[]): void;
}

/** What is said before the first call. */
export interface Greeting {
  readonly commands: readonly (readonly CommandArgument[])[];
  /** Whether a connection is of use only if no command of it is refused. */
  readonly isRequired: boolean;
}

/** RESP3: the protocol is chosen by HELLO. A server that knows RESP2 only refuses it, and does as well. */
const plainGreeting: Greeting = { commands: [['HELLO', 3]], isRequired: false };

export interface CallConnectionOptions {
  readonly address: HostPort;
  readonly outside: ClientOutside;
  readonly tls: TlsOptions | undefined;
  readonly connectMs: number;
  readonly owner: CallConnectionOwner;
  /** Asked when the connection is open; `HELLO 3`, required by nobody, if not given. */
  readonly greeting?: () => Greeting;
}

/**
 * One connection that many calls share. Commands of one turn leave in one write; replies come in the order
 * of the commands and find their callers in a line.
 *
 * Time: one timer watches over the earliest deadline, the silence of the server, and idleness. A timer for
 * each call would be set and cancelled a hundred thousand times a second without ever firing. A call whose
 * deadline is over fails at once but keeps its place in the line, because its reply still comes.
 *
 * Invariant: the first `#sentCount` calls of the line have left, in part or whole; the others have not.
 */
export class CallConnection {
  readonly address: HostPort;
  readonly #name: string;
  readonly #outside: ClientOutside;
  readonly #owner: CallConnectionOwner;
  readonly #connection: Connection;
  readonly #parser: ReplyParser;
  readonly #writer = new CommandWriter();
  readonly #line = new CallLine();
  #sentCount = 0;
  #isOpen = false;
  readonly #greeting: () => Greeting;
  /** Commands of the greeting that are not answered; one until it is sent, since a server may refuse unasked. */
  #greetingsMissing = 1;
  #isGreetingRequired = false;
  #hasUrgentCalls = false;
  #batchesSent = 0;
  /** The server has something against us that it said instead of a greeting. */
  #refusal: ReplyError | undefined;
  /** The network keeps what we wrote; more is kept here until it has left. */
  #isDraining = false;
  #isFlushScheduled = false;
  #isOver = false;
  #fault: AtollError | undefined;
  /** When a byte came last, or the line ceased to be empty, or it became empty. */
  #lastMs: number;
  #timer: Timer | undefined;
  #timerDueMs = Infinity;

  constructor({ address, outside, tls, connectMs, owner, greeting }: CallConnectionOptions) {
    this.address = address;
    this.#greeting = greeting ?? (() => plainGreeting);
    this.#name = formatHostPort(address);
    this.#outside = outside;
    this.#owner = owner;
    this.#lastMs = outside.clock.monotonicMs();
    this.#parser = new ReplyParser({
      onReply: (value) => this.#reply(value),
      onPush: (values) => this.#push(values),
    });
    const options = { timeoutMs: connectMs, ...(tls === undefined ? {} : { tls }) };
    this.#connection = outside.network.connect(address, options, {
      onOpen: () => this.#opened(),
      onData: (bytes, start, end) => this.#data(bytes, start, end),
      onDrain: () => {
        this.#isDraining = false;
        this.#flush();
      },
      onClose: (fault) => this.#end(fault),
    });
  }

  /** Calls that wait for their replies. */
  get callCount(): number {
    return this.#line.length;
  }

  /** Writes that carried calls: each begins at most one round trip. */
  get batchesSent(): number {
    return this.#batchesSent;
  }

  /** Takes a call. Requires: not over. */
  send(call: Call, nowMs: number): void {
    if (this.#line.length === 0) {
      this.#parser.strings = call.request.strings;
      this.#lastMs = nowMs;
    }
    call.sentMs = nowMs;
    call.address = this.address;
    this.#line.push(call);
    if (this.#isOpen) {
      this.#writer.command(...call.request.parts);
      if (!this.#isFlushScheduled) this.#scheduleFlush();
    }
    const dueMs = Math.min(call.deadlineMs, this.#lastMs + callLimits.silenceMs);
    if (dueMs < this.#timerDueMs) this.#setTimer(dueMs, nowMs);
  }

  /** Ends the connection; what waits is handed back with `fault`. */
  close(fault: AtollError): void {
    this.#connection.destroy();
    this.#end(fault);
  }

  /**
   * Nothing is written before: a put whose caller has been told that nobody could be reached must not arrive
   * after all.
   */
  #opened(): void {
    this.#isOpen = true;
    const { commands, isRequired } = this.#greeting();
    this.#greetingsMissing = commands.length;
    this.#isGreetingRequired = isRequired;
    for (const parts of commands) this.#writer.command(...parts);
    for (const call of this.#line.takeAll()) {
      if (call.isSettled) this.#owner.onDropped(call);
      else {
        this.#line.push(call);
        this.#writer.command(...call.request.parts);
      }
    }
    this.#lastMs = this.#outside.clock.monotonicMs();
    this.#parser.strings = this.#line.first()?.request.strings ?? 'text';
    this.#flush();
  }

  /**
   * A call that is alone leaves as soon as its caller's turn is over, which spares it a tenth of its round
   * trip. With others under way there is time to wait for more company: callers that were answered together
   * ask together, but some of them only after a few promises of their own.
   */
  #scheduleFlush(): void {
    this.#isFlushScheduled = true;
    const { timers } = this.#outside;
    if (this.#line.length === 1) timers.microtask(() => this.#flush());
    else timers.nextTurn(() => this.#flush());
  }

  #flush(): void {
    this.#isFlushScheduled = false;
    if (!this.#isOpen || this.#isDraining || this.#isOver) return;
    if (this.#line.length > this.#sentCount) this.#batchesSent += 1;
    this.#sentCount = this.#line.length;
    this.#writer.flushTo({
      write: (bytes) => {
        const isTaken = this.#connection.write(bytes);
        this.#isDraining = !isTaken || this.#connection.bufferedBytes > 0;
        return isTaken;
      },
    });
  }

  #data(bytes: Uint8Array, start: number, end: number): void {
    this.#lastMs = this.#outside.clock.monotonicMs();
    const fault = this.#parser.push(bytes, start, end) ?? this.#fault;
    if (fault !== undefined) this.close(this.#explain(fault));
    else if (this.#hasUrgentCalls) this.#flush();
    this.#hasUrgentCalls = false;
  }

  /** A server that sends pushes nobody asked for does no harm. */
  #push(values: readonly ReplyValue[]): void {
    if (this.#fault !== undefined || this.#isOver) return;
    const { length } = this.#line;
    this.#owner.onPush?.(values);
    this.#hasUrgentCalls ||= this.#line.length > length;
  }

  #reply(value: ReplyValue): void {
    if (this.#fault !== undefined || this.#isOver) return;
    if (this.#greetingsMissing > 0) {
      this.#greeted(value);
      return;
    }
    if (this.#sentCount === 0) {
      this.#fault = new AtollError(
        'RESP_PROTOCOL',
        'the server sent a reply that nobody asked for',
      );
      return;
    }
    if (value instanceof ReplyError && value.code === unknownCode) {
      // The call and those behind it are as if the connection had broken: repeated elsewhere if that does no harm.
      this.#fault = new AtollError('CONNECTION_LOST', describeReplyError(value));
      return;
    }
    const call = this.#line.shift();
    this.#sentCount -= 1;
    // Strings are made while they are parsed, so the parser must know in time whom the next are for.
    this.#parser.strings = this.#line.first()?.request.strings ?? 'text';
    this.#fault = call.answer(value);
    this.#owner.onAnswered(call, this.#lastMs - call.sentMs);
  }

  #greeted(value: ReplyValue): void {
    this.#greetingsMissing -= 1;
    if (value instanceof ReplyError) {
      this.#refusal ??= value;
      if (this.#isGreetingRequired) {
        this.#fault = new AtollError('RESP_REPLY_ERROR', describeReplyError(value));
      }
    }
    const isOver = this.#greetingsMissing === 0;
    if (isOver && this.#refusal === undefined) this.#owner.onGreeted?.();
  }

  /** Looks after time, and comes back when something can be due again. */
  #tick(): void {
    const nowMs = this.#outside.clock.monotonicMs();
    let nextMs = Infinity;
    for (const call of this.#line) {
      if (call.isSettled) continue;
      if (call.deadlineMs <= nowMs) {
        call.fail(this.#deadlineFault(call));
        this.#owner.onDeadline(call);
      } else if (call.deadlineMs < nextMs) nextMs = call.deadlineMs;
    }
    const isIdle = this.#line.length === 0;
    const quietMs = isIdle ? callLimits.idleMs : callLimits.silenceMs;
    if (nowMs - this.#lastMs >= quietMs) {
      const reason = isIdle ? 'unused' : `the server said nothing for ${quietMs} ms`;
      this.close(new AtollError('CONNECTION_LOST', `connection to ${this.#name} lost: ${reason}`));
      return;
    }
    this.#timerDueMs = Infinity;
    this.#setTimer(Math.min(nextMs, this.#lastMs + quietMs), nowMs);
  }

  #setTimer(dueMs: number, nowMs: number): void {
    this.#timer?.cancel();
    this.#timerDueMs = dueMs;
    this.#timer = this.#outside.timers.setTimer(Math.max(0, dueMs - nowMs), () => this.#tick());
  }

  #deadlineFault({ request }: Call): AtollError {
    const within = `within ${request.timeoutMs} ms`;
    // Not connected means that the server has certainly not seen it, and that is worth to know.
    return this.#isOpen
      ? new AtollError('DEADLINE_EXCEEDED', `no answer from ${this.#name} ${within}`)
      : new AtollError('CONNECT_FAILED', `no connection to ${this.#name} ${within}`);
  }

  #explain(fault: AtollError): AtollError {
    return new AtollError(fault.code, `${this.#name}: ${fault.message}`, { cause: fault });
  }

  #end(fault: AtollError | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#timer?.cancel();
    const unanswered = [...this.#line];
    if (unanswered.length === 0 && this.#greetingsMissing === 0) {
      this.#owner.onOver(undefined, unanswered, 0);
      return;
    }
    this.#owner.onOver(fault ?? this.#lost(), unanswered, this.#sentCount);
  }

  #lost(): AtollError {
    const reason =
      this.#refusal === undefined ? 'the server ended it' : describeReplyError(this.#refusal);
    return new AtollError('CONNECTION_LOST', `connection to ${this.#name} lost: ${reason}`);
  }
}
