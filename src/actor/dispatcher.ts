import { assert } from '../core/assert.ts';
import { AtollError } from '../core/errors.ts';
import { actorLimits } from '../core/limits.ts';
import type { Timer } from '../core/timers.ts';
import type { Outside } from '../core/outside.ts';
import type { ThreadPort } from '../core/threads.ts';
import { ActorCell, type CellThread } from './actor-cell.ts';
import type { ActorKind } from './actor-kind.ts';
import { ActorRef } from './actor-ref.ts';
import { Actors } from './actors.ts';
import { BatchReader } from './message/batch-reader.ts';
import { BatchWriter } from './message/batch-writer.ts';
import { ChannelRefs, type Channel } from './channel-refs.ts';
import { CounterSpace } from './counter-space.ts';
import { createCounters, type ThreadCounters } from './counters.ts';
import { Outgoing } from './outgoing.ts';
import { PairRates } from './pair-rates.ts';
import { PlainCopier } from './message/plain-copier.ts';
import { RunLoop } from './run-loop.ts';
import type { SystemLinks } from './system-links.ts';
import { senderOf, startOf, type BatchSource } from './thread-batch.ts';
import { threadCounter, type ThreadCommand } from './thread-command.ts';
import { UnbornMail } from './unborn-mail.ts';

export interface DispatcherOptions {
  readonly outside: Outside;
  /** The system's address; its `threads` is the length of `ports`. */
  readonly address: string;
  /** This thread's number. */
  readonly thread: number;
  /** `ports[t]` reaches thread t; undefined at this thread's own number. */
  readonly ports: readonly (ThreadPort | undefined)[];
  /** On thread 0 of a system that has links. */
  readonly links: SystemLinks | undefined;
  /** Marshals also what stays on the thread: slower, and the outcome must be the same. For tests. */
  readonly alwaysMarshal: boolean;
  readonly onReport: (error: AtollError, actor: ActorRef<never> | undefined) => void;
  /** Bytes in a command are lent for the time of the call. */
  readonly onCommand: (command: ThreadCommand) => void;
}

/**
 * One thread of an actor system: its actors, their mailboxes, and the way of each message to them. CMUD §4.1.
 *
 * A tell to an actor of this thread is a copy into a mailbox; one to anybody else is bytes in a batch
 * (`Outgoing`). What comes in as a batch goes into mailboxes. The dispatcher owns no socket, timer or clock.
 *
 * Invariant: messages of one sender to one receiver take one path (same thread, one port, or one link), and each
 * path is first in, first out; so they are handled in the order in which they were told.
 */
export class Dispatcher implements CellThread {
  readonly address: string;
  readonly thread: number;
  readonly outside: Outside;
  readonly counters: ThreadCounters = createCounters();
  readonly #threads: number;
  readonly #options: DispatcherOptions;
  readonly #actors: Actors;
  readonly #space: CounterSpace;
  readonly #channels = new ChannelRefs();
  readonly #unborn: UnbornMail;
  readonly #copier = new PlainCopier();
  readonly #reader = new BatchReader();
  readonly #rates = new PairRates(actorLimits.pairRatesMax);
  readonly #outgoing: Outgoing;
  readonly #loop: RunLoop<ActorCell>;
  readonly #delayed: Set<Timer> = new Set();
  #turnStartMs = 0;
  /** In whole milliseconds, for the rates; −1: it has not been read in this turn. */
  #nowMs = -1;
  #isClosing = false;
  #isClosed = false;

  constructor(options: DispatcherOptions) {
    this.#options = options;
    this.outside = options.outside;
    this.address = options.address;
    this.thread = options.thread;
    this.#threads = options.ports.length;
    this.#space = new CounterSpace(this.thread, this.#threads);
    this.#unborn = new UnbornMail(this.thread, this.#space);
    this.#outgoing = new Outgoing(options.ports, options.links, this.counters);
    this.#actors = new Actors({
      counters: this.counters,
      report: (error, cell) => this.report(error, cell.self),
      onEnd: (cell) => this.#rates.forget(cell.self.counter),
    });
    this.#loop = new RunLoop(this.outside.timers, {
      onTurnStart: () => this.#readClock(),
      handle: (cell, message) => this.#actors.handle(cell, message),
      isTurnOver: () => this.outside.clock.monotonicMs() - this.#turnStartMs >= actorLimits.turnMs,
      onTurnEnd: () => this.#outgoing.flush(),
    });
    for (const port of options.ports) {
      if (port !== undefined) port.onBytes = (bytes) => this.#onThreadBatch(bytes);
    }
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  isLocal(ref: ActorRef<never>): boolean {
    return ref.address === this.address;
  }

  /**
   * Starts an actor on thread `owner` and returns its ref at once; what is told to it waits for it. `onEmit` gets
   * what it emits: of an actor of this thread only.
   */
  startActor<Message, Lent, Output>(
    kind: ActorKind<Message, Lent, Output>,
    owner: number,
    onEmit?: (output: Output) => void,
  ): ActorRef<Message> {
    // Also what an actor starts at its end: closing would never come to an end itself.
    if (this.#isClosing) throw closedError();
    const counter = this.#space.next(owner);
    const ref = new ActorRef<Message>(this.address, counter);
    if (owner === this.thread) {
      this.#begin(new ActorCell(this, ref, kind, onEmit));
    } else {
      assert(onEmit === undefined, 'what an actor emits crosses no threads');
      this.command(owner, { type: 'start actor', kind: kind.name, counter });
    }
    return ref;
  }

  /** Starts an actor that another thread gave a counter to. */
  startOrdered(counter: number, kind: ActorKind<unknown, unknown, unknown>): void {
    this.#begin(new ActorCell(this, new ActorRef(this.address, counter), kind));
    this.deliverHeld(counter);
  }

  /** Delivers what waits for the start of an actor. If that start failed, it is dead letters. */
  deliverHeld(counter: number): void {
    for (const message of this.#unborn.take(counter)) this.deliver(counter, message);
  }

  /**
   * Sends a snapshot of `message`. `sender` is an actor of this thread; undefined: the program. Never throws: what
   * the snapshot refuses is reported, and returned for those who want to know at once.
   */
  tell(
    sender: ActorCell | undefined,
    to: ActorRef<never>,
    message: unknown,
  ): AtollError | undefined {
    if (sender === undefined) {
      this.counters.toldFromOutside += 1;
    } else {
      this.counters.toldByActors += 1;
      // What an actor tells itself, to go on later, is no message of a pair.
      if (to.counter !== sender.self.counter || to.address !== this.address) {
        if (this.#nowMs < 0) this.#readClock();
        this.#rates.count(sender.self.counter, to.address, to.counter, this.#nowMs);
      }
    }
    if (this.#isClosed) {
      this.counters.deadLetters += 1;
      return undefined;
    }
    try {
      this.#route(to, message);
      return undefined;
    } catch (error) {
      if (!(error instanceof AtollError)) throw error;
      this.report(error, sender?.self);
      return error;
    }
  }

  /** Takes the snapshot now, tells it later. */
  tellAfter(
    sender: ActorCell | undefined,
    to: ActorRef<never>,
    message: unknown,
    delayMs: number,
  ): Timer {
    let snapshot: unknown;
    try {
      snapshot = this.#copier.copy(message);
    } catch (error) {
      if (!(error instanceof AtollError)) throw error;
      this.report(error, sender?.self);
      return { cancel: () => {} };
    }
    if (this.#isClosed) {
      this.tell(sender, to, snapshot);
      return { cancel: () => {} };
    }
    const timer = this.outside.timers.setTimer(delayMs, () => {
      this.#delayed.delete(delayed);
      this.#readClock();
      this.tell(sender, to, snapshot);
    });
    const delayed: Timer = {
      cancel: () => {
        this.#delayed.delete(delayed);
        timer.cancel();
      },
    };
    this.#delayed.add(delayed);
    return delayed;
  }

  /**
   * Lends `lent` to an actor of this thread, which handles what waits in its mailbox and then this, before
   * the call returns: first in, first out holds, and nothing is copied. Counts as `count` messages from
   * outside with a channel ref each.
   */
  lend(to: ActorRef<never>, lent: unknown, count: number): void {
    this.counters.toldFromOutside += count;
    const cell = to.address === this.address ? this.#actors.find(to.counter) : undefined;
    if (cell === undefined) {
      this.counters.deadLetters += count;
      return;
    }
    // A clock is dear compared to a small loan, of which most tell nobody anything.
    this.#nowMs = -1;
    this.#loop.begin();
    try {
      if (this.#actors.lend(cell, lent)) {
        this.counters.channelRefsUsed += count;
        this.counters.handled += count;
      } else this.counters.deadLetters += count;
    } finally {
      this.#loop.end();
    }
  }

  newChannelRef<Message>(): Channel<Message> {
    const counter = this.#space.next(this.thread);
    const ref = new ActorRef<Message>(this.address, counter);
    const message = new Promise<Message>((resolve, reject) => {
      const waiting = { resolve: (value: unknown) => resolve(value as Message), reject };
      if (this.#isClosed) reject(closedError());
      else this.#channels.open(counter, waiting);
    });
    // Nobody may be waiting any more when the system closes, and that is no crash.
    message.catch(() => {});
    return { ref, message, close: () => this.#channels.close(counter) };
  }

  /**
   * Sends a command to another thread, in order with the messages told to its actors. Throws the `AtollError` that
   * says what is not plain data, or that it is larger than `bytesMax`.
   */
  command(thread: number, command: ThreadCommand, bytesMax?: number): void {
    assert(thread !== this.thread, 'a thread does not command itself');
    this.#outgoing.command(thread, command, bytesMax);
    this.#wakeIfIdle();
  }

  /**
   * Delivers the messages of a batch. Throws `FRAME_INVALID` if it is malformed; what came before the fault is
   * delivered.
   */
  deliverBatch(bytes: Uint8Array, start: number, end: number, source: BatchSource): void {
    if (source === 'remote') this.counters.remoteReceivedBytes += end - start;
    const reader = this.#reader;
    reader.open(bytes, start, end);
    while (reader.next()) {
      const { counter } = reader;
      if (counter === threadCounter && source === 'thread') {
        this.#options.onCommand(reader.messageInPlace() as ThreadCommand);
      } else {
        this.deliver(counter, reader.message());
      }
    }
  }

  /** Puts a message that nobody else can reach any more into the mailbox of actor `counter`. */
  deliver(counter: number, message: unknown): void {
    const cell = this.#actors.find(counter);
    if (cell !== undefined && cell.mailbox.push(message)) {
      this.counters.mailboxDepth += 1;
      this.#loop.ready(cell);
    } else if (this.#channels.deliver(counter, message)) {
      this.counters.channelRefsUsed += 1;
    } else if (this.#isClosed || !this.#unborn.hold(counter, message)) {
      this.counters.deadLetters += 1;
    }
  }

  /** Hands a fault to the system's `onError`. */
  report(error: AtollError, actor?: ActorRef<never>): void {
    this.counters.errors += 1;
    this.#options.onReport(error, actor);
  }

  /** The counters as they are now. */
  count(): ThreadCounters {
    this.counters.actors = this.#actors.count;
    this.counters.pairRateMax = this.#rates.max;
    return { ...this.counters };
  }

  stop(cell: ActorCell): void {
    this.#actors.stop(cell);
  }

  /** Ends all actors and waits for nobody. Later tells are dropped and counted. */
  close(): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#actors.stopAll();
    this.#isClosed = true;
    this.counters.deadLetters += this.#delayed.size + this.#unborn.clear();
    for (const timer of this.#delayed) timer.cancel();
    this.#channels.failAll(closedError());
    this.#outgoing.flush();
  }

  #begin(cell: ActorCell): void {
    this.#readClock();
    this.#actors.begin(cell);
  }

  #route(to: ActorRef<never>, message: unknown): void {
    if (to.address !== this.address) {
      if (!this.#outgoing.toSystem(to, message)) this.counters.deadLetters += 1;
      this.#wakeIfIdle();
      return;
    }
    const owner = to.counter % this.#threads;
    if (to.counter === threadCounter) {
      // A ref of a stranger's making: threads take commands from each other, not from actors.
      this.counters.deadLetters += 1;
    } else if (owner !== this.thread) {
      this.#outgoing.toThread(owner, to.counter, message);
      this.#wakeIfIdle();
    } else if (this.#options.alwaysMarshal) {
      this.deliver(to.counter, this.#marshalled(to.counter, message));
    } else {
      this.deliver(to.counter, this.#copier.copy(message));
    }
  }

  /** There and back. With a reader of its own: an actor that begins while a batch is read may tell others. */
  #marshalled(counter: number, message: unknown): unknown {
    const writer = new BatchWriter();
    writer.add(counter, message);
    this.counters.marshalledBytes += writer.byteLength;
    const reader = new BatchReader();
    reader.open(writer.view(), 0, writer.byteLength);
    assert(reader.next(), 'what was written can be read');
    return reader.message();
  }

  #onThreadBatch(bytes: Uint8Array): void {
    const sender = senderOf(bytes);
    try {
      const source = sender === '' ? 'thread' : 'remote';
      this.deliverBatch(bytes, startOf(bytes), bytes.length, source);
    } catch (error) {
      // Between our own threads it is a bug; a peer that sends such a batch loses its link.
      if (!(error instanceof AtollError) || sender === '') throw error;
      this.command(0, { type: 'reject', from: sender, reason: error.message });
    }
  }

  /** For the rates: at each turn's start, when a loan first needs it, and before what happens outside of turns. */
  #readClock(): void {
    this.#turnStartMs = this.outside.clock.monotonicMs();
    this.#nowMs = Math.floor(this.#turnStartMs);
  }

  /** Inside a turn, what is told leaves at its end anyway. */
  #wakeIfIdle(): void {
    if (!this.#loop.isRunning) this.#loop.wake();
  }
}

export function closedError(): AtollError {
  return new AtollError('SYSTEM_CLOSED', 'the actor system is closed');
}
